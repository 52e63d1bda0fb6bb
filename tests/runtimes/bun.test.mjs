// Bun, with its node:sqlite and bun:sqlite.
import { describe } from "node:test";
import { packaged } from "./lib/project.mjs";
import { testStores } from "./lib/stores.mjs";

const cpu = process.arch === "arm64" ? "aarch64" : process.arch;
const bun = process.env.BUN ?? packaged("@oven", `bun-${process.platform}-${cpu}`, "bin", "bun");

describe("Bun", () => {
  testStores("bun", {
    command: [bun, "run", "--no-install"],
    drivers: ["node:sqlite", "bun:sqlite"],
  });
});
