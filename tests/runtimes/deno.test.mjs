// Deno, from node_modules, with its node:sqlite.
import { describe } from "node:test";
import { packaged } from "./lib/project.mjs";
import { testStores } from "./lib/stores.mjs";

const cpu = process.arch === "arm64" ? "arm64" : "x64";
const deno = process.env.DENO ?? packaged("@deno", `linux-${cpu}-glibc`, "deno");

describe("Deno", () => {
  testStores("deno", {
    command: [deno, "run", "--allow-all", "--no-remote"],
    env: { DENO_NO_UPDATE_CHECK: "1", DENO_NO_PROMPT: "1" },
    drivers: ["node:sqlite"],
    missing: "bun:sqlite",
  });
});
