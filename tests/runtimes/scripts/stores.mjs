// What a runtime with a file system does: the scenario in memory, and in files with each of its drivers of SQLite; the
// kit with the last of them; and what stores say that it does not have. Prints JSON. Arguments: a folder, a
// driver that it has not, or -, and those that it has.
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { indexedDB } from "varve/storage/indexed-db";
import { sqlite } from "varve/storage/sqlite";
import { testStorageAdapter } from "varve/testing";
import { scenario } from "./scenario.mjs";

const [folder, missing, ...drivers] = process.argv.slice(2);

async function failure(storage) {
  const opening = varve.createVarve({ storage }).open("chat");
  const error = await opening.catch((thrown) => thrown);
  return { typed: varve.isVarveError(error), code: error.code, message: error.message };
}

/** The cases of the kit that fail, and how many ran. */
async function kit(driver) {
  const runs = [];
  let group = "";
  let places = 0;
  testStorageAdapter(
    () => {
      const file = `${folder}/kit-${++places}.db`;
      return { open: () => sqlite(file, { driver, durability: "relaxed" }) };
    },
    {
      describe(name, define) {
        group = name;
        define();
      },
      it: Object.assign((name, run) => void runs.push({ name: `${group} > ${name}`, run }), {
        skip() {},
      }),
      capabilities: sqlite(`${folder}/kit.db`, { driver, durability: "relaxed" }).capabilities,
      slow: false,
    },
  );
  const failed = [];
  for (const { name, run } of runs) {
    await run().catch((error) => failed.push(`${name}: ${error?.stack ?? error}`));
  }
  return { runs: runs.length, failed };
}

const stored = {};
for (const driver of [undefined, ...drivers]) {
  const file = `${folder}/${String(driver).replace(":", "-")}.db`;
  const storage = () => sqlite(file, { driver });
  stored[driver ?? "the first that is there"] = await scenario({ varve, toOpenAI, storage });
}

console.log(
  JSON.stringify({
    memory: await scenario({ varve, toOpenAI }),
    stored,
    kit: await kit(drivers.at(-1)),
    missing:
      missing === "-" ? null : await failure(sqlite(`${folder}/missing.db`, { driver: missing })),
    indexedDB: "indexedDB" in globalThis ? undefined : await failure(indexedDB("context")),
  }),
);
