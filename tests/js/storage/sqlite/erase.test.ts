// What is erased through varve is in no row and no byte of the files of SQLite.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { sqlite } from "../../../../js/src/storage/sqlite.js";
import { erasesAll } from "../erasing.js";
import { PACKAGES, temporaryFolder } from "./support.js";

test.each(PACKAGES)("%s forgets what is erased, down to its files", async (driver) => {
  const folder = temporaryFolder();
  const store = sqlite(join(folder.path, "store.db"), { driver });
  const search = (text: string) =>
    readdirSync(folder.path).filter((file) =>
      readFileSync(join(folder.path, file), "latin1").includes(text),
    );
  await erasesAll({ open: () => store, search }, "test");
  await store.close();
  folder.remove();
});
