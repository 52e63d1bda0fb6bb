import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeBase64 } from "../../js/src/base64.js";

afterEach(() => vi.unstubAllGlobals());

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const anyBytes = fc.uint8Array({ maxLength: 100 });
const roundTrips = () =>
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect([...decodeBase64(encode(bytes))]).toEqual([...bytes]);
    }),
  );

describe("base64 comes back as the bytes it was made of", () => {
  test("with what this runtime has", roundTrips);

  test("with Uint8Array.fromBase64", () => {
    const fromBase64 = vi.fn((text: string) => new Uint8Array(Buffer.from(text, "base64")));
    vi.stubGlobal("Uint8Array", Object.assign(class extends Uint8Array {}, { fromBase64 }));
    expect([...decodeBase64("AQID")]).toEqual([1, 2, 3]);
    expect(fromBase64).toHaveBeenCalledOnce();
  });

  test("with atob alone", () => {
    const encoded = encode(new Uint8Array([0, 1, 254, 255]));
    vi.stubGlobal("Buffer", undefined);
    vi.stubGlobal("Uint8Array", class extends Uint8Array {});
    expect([...decodeBase64(encoded)]).toEqual([0, 1, 254, 255]);
  });
});
