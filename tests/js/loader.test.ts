import { readFile } from "node:fs/promises";
import { beforeEach, expect, test, vi } from "vitest";

const moduleFile = new URL("../../pkg/varve_bg.wasm", import.meta.url);
const bytes = async () => new Uint8Array(await readFile(moduleFile));

let loader: typeof import("../../js/src/loader.js");
beforeEach(async () => {
  vi.resetModules();
  loader = await import("../../js/src/loader.js");
});

test("nothing is loaded before the first call", async () => {
  const source = vi.fn(bytes);
  loader.provideModule(source);
  expect(source).not.toHaveBeenCalled();
});

test("calls at the same time share one load", async () => {
  const source = vi.fn(bytes);
  loader.provideModule(source);
  const [a, b] = await Promise.all([loader.load(), loader.load()]);
  expect(a).toBe(b);
  expect(source).toHaveBeenCalledTimes(1);
  expect(a.module.version()).toBe("0.1.0");
});

test("a load that failed is tried again by the next call", async () => {
  const source = vi.fn(bytes).mockRejectedValueOnce(new Error("network down"));
  loader.provideModule(source);
  await expect(loader.load()).rejects.toMatchObject({
    code: "Internal",
    cause: { message: "network down" },
  });
  expect((await loader.load()).module.version()).toBe("0.1.0");
  expect(source).toHaveBeenCalledTimes(2);
});

test("bytes that are no module are refused, and forgotten", async () => {
  const source = vi.fn(bytes).mockResolvedValueOnce(new Uint8Array(8));
  loader.provideModule(source);
  await expect(loader.load()).rejects.toMatchObject({ code: "Internal" });
  expect((await loader.load()).module.version()).toBe("0.1.0");
});

test("a compiled module is taken as it is", async () => {
  loader.provideModule(await WebAssembly.compile(await bytes()));
  expect((await loader.load()).module.version()).toBe("0.1.0");
});

test("the module a user gave wins over the entry's own", async () => {
  const own = vi.fn(bytes);
  loader.replaceModule(bytes);
  loader.provideModule(own);
  await loader.load();
  expect(own).not.toHaveBeenCalled();
});

test("no module at all is an error that says what to do", async () => {
  await expect(loader.load()).rejects.toThrow(/init\(module\) from varve\/slim/);
});
