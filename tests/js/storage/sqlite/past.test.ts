// Old rows that a file of SQLite alone has come back when somebody asks: see past.ts.
import { join } from "node:path";
import { test } from "vitest";
import { sqlite } from "../../../../js/src/storage/sqlite.js";
import { bringsBack, keepsOrder } from "../past.js";
import { PACKAGES, temporaryFolder } from "./support.js";

test.each(PACKAGES)("%s", async (driver) => {
  const folder = temporaryFolder();
  const store = sqlite(join(folder.path, "store.db"), { driver });
  await bringsBack(store, "test");
  await keepsOrder(store, "order");
  await store.close();
  folder.remove();
});
