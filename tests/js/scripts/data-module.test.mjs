// Bytes as a WebAssembly module.
import { expect, test } from "vitest";
import { dataModule } from "../../../js/scripts/lib/data-module.mjs";
import { vocabularyIn } from "../../../js/src/tokens/vocabulary/module.js";

test.each([0, 1, 63, 64, 127, 128, 8191, 8192, 65_535, 65_536, 65_537, 1_048_576])(
  "a module of %d bytes gives these, and says how many",
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + 7) % 251);
    const { instance } = await WebAssembly.instantiate(dataModule(bytes));
    const { memory, length: told } = instance.exports;
    expect(told.value).toBe(length);
    expect(Buffer.from(memory.buffer, 0, length).equals(bytes)).toBe(true);
  },
);

test("a vocabulary comes out of its module as it went in; a module of something else is refused", async () => {
  const bytes = Buffer.from("AQIDBA==".repeat(20_000));
  const vocabulary = await vocabularyIn(await WebAssembly.compile(dataModule(bytes)));
  expect(bytes.equals(vocabulary)).toBe(true);
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await expect(vocabularyIn(empty)).rejects.toMatchObject({
    code: "Internal",
    message: expect.stringMatching(/^the vocabulary cannot be loaded: TypeError/),
  });
});
