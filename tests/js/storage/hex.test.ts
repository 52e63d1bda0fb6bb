// Hashes in hex and as bytes, by whatever a runtime has.
import { afterEach, expect, test, vi } from "vitest";
import { bytesOf, hashesOf, hexOf } from "../../../js/src/storage/hex.js";

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const digits = Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");

afterEach(() => vi.unstubAllGlobals());

test("every byte has its digits, and comes back", () => {
  expect(bytesOf(digits)).toEqual(all);
  expect(bytesOf(digits.toUpperCase())).toEqual(all);
  const within = Uint8Array.of(1, ...all, 2).subarray(1, -1);
  for (const given of [all, within]) expect(hexOf(given)).toBe(digits);
});

test("so it is without Node's Buffer, with and without the platform's own", () => {
  vi.stubGlobal("Buffer", undefined);
  expect(hexOf(Uint8Array.from(all))).toBe(digits);
  const own = Object.assign(Uint8Array.from(all), { toHex: () => "the platform's" });
  expect(hexOf(own)).toBe("the platform's");
});

test("hashes are told apart", () => {
  expect(hashesOf(all)).toEqual(
    Array.from({ length: 8 }, (_, n) => digits.slice(64 * n, 64 * n + 64)),
  );
  expect(hashesOf(new Uint8Array(0))).toEqual([]);
});
