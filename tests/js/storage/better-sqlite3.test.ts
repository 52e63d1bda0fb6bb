// better-sqlite3 under a Node that it is not made for: it would end the process.
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { sqlite } from "../../../js/src/storage/sqlite.js";

const { engines } = createRequire(import.meta.url)("better-sqlite3/package.json");
const suits =
  Number.parseInt(process.versions.node, 10) >= Number(/\d+/.exec(engines.node)?.[0] ?? 0);
const why = suits ? ` (left out: it is made for this Node, ${process.versions.node})` : "";

test.skipIf(suits)(
  `better-sqlite3 is refused where it is made for a newer Node${why}`,
  async () => {
    const store = sqlite(":memory:", { driver: "better-sqlite3" });
    const listed = Promise.resolve(store.listRepositories("w", { limit: 1 }));
    await expect(listed).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining(process.versions.node),
    });
  },
);
