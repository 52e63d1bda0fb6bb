// Hashing by the platform: what it finds sound is so, and what it cannot tell is left to the module.
import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { areSound } from "../../../js/src/storage/sound.js";

afterEach(() => vi.unstubAllGlobals());

const object = (size: number, fill: number) => {
  const bytes = new Uint8Array(size).fill(fill);
  return { hash: createHash("sha256").update(bytes).digest("hex"), bytes };
};
const large = () => [object(300_000, 0), object(1, 7), object(0, 0), object(300_000, 255)];

test("objects that are what their names say are sound", async () => {
  expect(await areSound(large())).toBe(true);
});

test("one bit, one name, or one byte less, and they are not", async () => {
  for (let place = 0; place < 4; place++) {
    const [flipped, renamed, cut] = [large(), large(), large()];
    const at = <T>(all: T[]) => all[place] as T;
    if (place !== 2) at(flipped).bytes[0] = (at(flipped).bytes[0] ?? 0) ^ 1;
    else flipped[2] = { hash: at(flipped).hash, bytes: new Uint8Array(1) };
    renamed[place] = { ...at(renamed), hash: at(renamed).hash.toUpperCase() };
    expect(await areSound(flipped), `a bit of ${place}`).toBe(false);
    expect(await areSound(renamed), `the name of ${place}`).toBe(false);
    if (place === 2) continue; // nothing to cut off
    cut[place] = { hash: at(cut).hash, bytes: at(cut).bytes.subarray(1) };
    expect(await areSound(cut), `a byte of ${place}`).toBe(false);
  }
});

test("bytes within larger ones are hashed alone", async () => {
  const around = new Uint8Array(700_000).fill(1, 100_000, 700_000);
  const { hash } = object(600_000, 1);
  expect(await areSound([{ hash, bytes: around.subarray(100_000) }])).toBe(true);
});

test("few bytes, a platform that does not hash, and one that fails are left to the module", async () => {
  expect(await areSound([object(1000, 1)])).toBe(false);
  const digest = () => Promise.reject(new Error("not today"));
  for (const crypto of [undefined, {}, { subtle: { digest } }]) {
    vi.stubGlobal("crypto", crypto);
    expect(await areSound(large())).toBe(false);
  }
});
