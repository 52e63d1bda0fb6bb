// A process that writes entries to a repository of a file, planning anew whenever it lost: run by
// processes.test.ts with the bundled store, the file, its own name and how many entries to write.
const [, , bundle, file, writer, count] = process.argv;
const { sqlite } = await import(bundle);
const store = sqlite(file, { durability: "relaxed" });
const address = { workspace: "acme", id: "chat" };
const key = {
  ...address,
  incarnation: await store.createRepository(address, "0123456789abcdef", 1),
};
const utf8 = new TextEncoder();
let seq = 0;
for (let n = 0; n < Number(count); n++) {
  for (;;) {
    const text = `${writer} ${n}`;
    const bytes = utf8.encode(text);
    const hash = Buffer.from(text.padEnd(32)).toString("hex");
    const batch = { at: 1, objects: [{ hash, bytes }], deleteObjects: [], logs: [] };
    const entry = { seq: seq + 1, hash, bytes };
    const { conflict } = await store.write(key, { ...batch, entry });
    seq = conflict === undefined ? seq + 1 : conflict.at(-1).seq;
    if (conflict === undefined) break;
  }
}
await store.close();
