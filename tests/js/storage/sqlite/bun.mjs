// A store with bun:sqlite, run by Bun: bun.test.ts gives the bundled store and a file. Prints what is
// wrong and fails, or prints "kept".

import { Database } from "bun:sqlite";
import { strict as assert } from "node:assert";

const [, , bundle, file] = process.argv;
const { sqlite } = await import(bundle);
const address = { workspace: "a\0'\"%😀", id: "b\0c" };
const hash = (text) => Buffer.from(text.padEnd(32)).toString("hex");
const entry = (seq) => ({ seq, hash: hash(`${seq}`), bytes: new Uint8Array([seq]) });
const batch = (seq, parts) => ({
  ...{ entry: entry(seq), at: seq, objects: [], deleteObjects: [], logs: [] },
  ...parts,
});

const store = sqlite(file, { driver: "bun:sqlite" });
const key = {
  ...address,
  incarnation: await store.createRepository(address, "0123456789abcdef", 1),
};
const objects = [0, 1, 5000].map((size) => ({
  hash: hash(`o${size}`),
  bytes: new Uint8Array(size),
}));
const logs = [{ log: "calls", at: 5, fields: '{"ok":true}' }];
assert.deepEqual(await store.write(key, batch(1, { objects, logs, summary: "{}" })), {});
assert.deepEqual(await store.write(key, batch(1)), { conflict: [entry(1)] });
await assert.rejects(store.write(key, batch(3)), { code: "Corrupt" });
const wanted = [hash("o5000"), hash("none"), hash("o0")];
const read = await store.readObjects(key, wanted);
assert.deepEqual(read, [objects[2].bytes, null, objects[0].bytes]);
const page = await store.readLog(key, "calls", { where: { ok: true }, limit: 5 });
assert.equal(page.rows.length, 1);
const checkpoint = { seq: 1, manifest: new Uint8Array([9]), segments: [objects[1]] };
assert.equal(await store.writeCheckpoint(key, checkpoint), true);
assert.deepEqual(await store.readCheckpoint(key), checkpoint);
const listed = await store.listRepositories(address.workspace, { limit: 9 });
assert.equal(listed.repositories[0].id, address.id);
await store.write(key, batch(2, { deleteObjects: [hash("o5000")] }));
await store.scrub(key);
await store.close();
await assert.rejects(store.findRepository(address), { code: "Closed" });

const database = new Database(file);
const other = sqlite(database);
assert.equal(await other.findRepository(address), key.incarnation);
assert.equal((await other.readJournal(key, { after: 0, limit: 9 })).length, 2);
assert.equal(await other.deleteRepository(key), true);
await other.close();
assert.deepEqual(database.query("SELECT count(*) AS n FROM varve_journal").get(), { n: 0 });
database.close();
console.log("kept");
