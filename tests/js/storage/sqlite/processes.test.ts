// Several processes on one file: nothing is lost, nothing is written twice.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sqlite } from "../../../../js/src/storage/sqlite.js";
import { newRepository, temporaryFolder } from "./support.js";

const PROCESSES = 8;
const ENTRIES = 50;
const folder = temporaryFolder();
const bundle = join(folder.path, "sqlite.mjs");

beforeAll(async () => {
  const { rolldown } = await import("rolldown");
  const bundled = await rolldown({ input: "js/src/storage/sqlite.ts", platform: "neutral" });
  await bundled.write({ file: bundle });
  await bundled.close();
});
afterAll(folder.remove);

function run(file: string, writer: string): Promise<void> {
  const script = "tests/js/storage/sqlite/writer.mjs";
  const args = [script, bundle, file, writer, String(ENTRIES)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => {
    said += data;
  });
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(said))));
  });
}

test(`${PROCESSES} processes that open and write one file at once lose no entry`, async () => {
  const file = join(folder.path, "store.db");
  const writers = Array.from({ length: PROCESSES }, (_, i) => `writer-${i}`);
  await Promise.all(writers.map((writer) => run(file, writer)));

  const store = sqlite(file);
  const repository = await newRepository(store);
  const entries = await store.readJournal(repository, { after: 0, limit: 10_000 });
  expect(entries.map(({ seq }) => seq)).toEqual(
    Array.from({ length: PROCESSES * ENTRIES }, (_, i) => i + 1),
  );
  const texts = entries.map(({ bytes }) => new TextDecoder().decode(bytes));
  for (const writer of writers) {
    const own = texts.filter((text) => text.startsWith(writer));
    expect(own).toEqual(Array.from({ length: ENTRIES }, (_, n) => `${writer} ${n}`));
  }
  const objects = await store.readObjects(
    repository,
    entries.map(({ hash }) => hash),
  );
  expect(objects.map((bytes) => new TextDecoder().decode(bytes as Uint8Array))).toEqual(texts);
  await store.close();
});
