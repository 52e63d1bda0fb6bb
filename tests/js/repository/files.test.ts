import { createVarve, type MessagePayload } from "varve";
import { memoryAdapter } from "varve/testing";
import { describe, expect, test } from "vitest";
import { png } from "../formats/file-fixtures.js";
import { failure } from "./support.js";

describe("bytes given to a repository", () => {
  const part = (data: Uint8Array) => ({ type: "file", mediaType: "image/png", data }) as const;

  test("are copied, of whichever array, and are the caller's own when they are read", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const given = Buffer.from("xx, a picture, xx").subarray(4, 13);
    await chat.user([part(given)], { id: "a" });
    given.fill(0);
    const { payload } = (await chat.get("a")) as unknown as {
      payload: { parts: { data: string }[] };
    };
    const hash = payload.parts[0]?.data as string;
    const bytes = (await chat.bytes(hash)) as Uint8Array;
    expect(Buffer.from(bytes).toString()).toBe("a picture");
    bytes.fill(0);
    expect(Buffer.from((await chat.bytes(hash)) as Uint8Array).toString()).toBe("a picture");
    expect((await chat.files([payload])).get(hash)).toHaveLength(9);
    await chat.edit("a", {
      contentType: "message",
      role: "user",
      parts: [{ type: "text", text: "this:" }, { ...payload.parts[0] } as never],
    });
    expect((await chat.compile()).files.size).toBe(1);
    expect((await chat.compile({ files: false })).files.size).toBe(0);
    expect(await chat.bytes("0".repeat(64))).toBe(null);
    expect((await failure(chat.bytes("no hash"))).code).toBe("Validation");
  });

  test("come with turns, batches and arrays that are the truth, and change them", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const shown = async () => [...(await chat.compile()).files.values()].map((each) => each[299]);
    await chat.batch(async (tx) => {
      await tx.user([part(png(1, 1, 1))]);
      await tx.user([part(png(1, 1, 2))]);
    });
    expect(await shown()).toEqual([png(1, 1, 1)[299], png(1, 1, 2)[299]]);
    const turn = chat.turn({ id: "t" });
    const drawn = png(1, 1, 3);
    turn.write({ type: "text-delta", text: "here" }).write(part(drawn));
    drawn.fill(0);
    await turn.save();
    const payloads = (seed: number): MessagePayload[] => [
      { contentType: "message", role: "assistant", parts: [part(png(1, 1, seed))] },
    ];
    expect((await shown())[2]).toBe(png(1, 1, 3)[299]);
    await turn.finish({ status: "complete", payloads: payloads(4) });
    expect((await shown())[2]).toBe(png(1, 1, 4)[299]);

    const synced = await createVarve({ counter: null }).open("y");
    const format = (all: readonly { id: string; seed: number }[]): MessagePayload[] =>
      all.map(({ seed }) => ({
        contentType: "message",
        role: "user",
        parts: [part(png(1, 1, seed))],
      }));
    const messages = [1, 2, 3].map((seed) => ({ id: `m${seed}`, seed }));
    expect((await synced.sync(messages, { format })).appended).toHaveLength(3);
    expect(await synced.sync(messages, { format })).toMatchObject({ appended: [], edited: [] });
    messages[1] = { id: "m2", seed: 9 };
    expect((await synced.sync(messages, { format })).edited).toHaveLength(1);
    const again = await synced.at("main");
    expect(await again.sync(messages, { format })).toMatchObject({ appended: [], edited: [] });
    const last = await again.compile();
    expect([...last.files.values()].map((each) => each[299])).toEqual(
      [1, 9, 3].map((seed) => png(1, 1, seed)[299]),
    );
  });

  test("where they make no sense are refused by name", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const bytes = new Uint8Array(3);
    const code = async (run: unknown) => (await failure(run as Promise<unknown>)).code;
    expect(await code(chat.user([{ type: "text", text: "x", data: bytes } as never]))).toBe(
      "Validation",
    );
    expect(await code(chat.user([{ ...part(bytes), tokens: -1 }]))).toBe("Validation");
    expect(await code(chat.user([{ type: "file", mediaType: "a/b", data: 0 } as never]))).toBe(
      "Validation",
    );
    expect(
      await code(chat.user([part(bytes), { type: "file", mediaType: "a/b", data: 0 } as never])),
    ).toBe("Validation");
    expect(await code(chat.user([{ ...part(bytes), data: new ArrayBuffer(3) } as never]))).toBe(
      "Validation",
    );
    await chat.user("there", { id: "a" });
    expect(await code(chat.setNote("a", "n", { type: "file", data: bytes } as never))).toBe(
      "Validation",
    );
    expect(await code(chat.user("x", { metadata: { data: bytes } as never }))).toBe("Validation");
    const turn = chat.turn();
    expect(() => turn.write({ type: "text", text: "x", data: bytes } as never)).toThrow();
    expect((await chat.history()).commits).toHaveLength(1);
  });

  test("larger than the store takes are TooLarge, and leave nothing behind", async () => {
    const storage = memoryAdapter({ maxObjectBytes: 2000 });
    const chat = await createVarve({ counter: null, storage }).open("x");
    await chat.user([part(new Uint8Array(1500))]);
    const error = await failure(chat.user([part(new Uint8Array(2001))]));
    expect(error.code).toBe("TooLarge");
    expect(error.details).toMatchObject({ limit: expect.any(Number) });
    expect((await chat.verify()).objects).toBe(2);
    expect((await chat.compile()).messages).toHaveLength(1);
  });
});
