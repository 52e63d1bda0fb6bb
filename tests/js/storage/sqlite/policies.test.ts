// What policies promise across restarts and processes, over SQLite's drivers.
import { join } from "node:path";
import { testVarve } from "varve/testing";
import { describe, test } from "vitest";
import { sqlite } from "../../../../js/src/storage/sqlite.js";
import { policyCases } from "../../../support/policies.mjs";
import { PACKAGES, temporaryFolder } from "./support.js";

describe.each(PACKAGES)("policies over %s", (driver) => {
  test.each(Object.entries(policyCases))("%s", async (_, run) => {
    const folder = temporaryFolder();
    const open = () => sqlite(join(folder.path, "store.db"), { driver });
    await run({ testVarve, open });
    folder.remove();
  });
});
