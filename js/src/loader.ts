// The WebAssembly module: where it comes from, and the one promise of it being there. Nothing
// happens on import; the first call that needs the module compiles it, the others share that. A
// failed load is forgotten, so that the next call tries again.
import init, * as core from "../../pkg/varve.js";
import { VarveError } from "./errors.js";

/**
 * The functions and classes exported by the Rust crate.
 * @internal
 */
export type Core = typeof core;

/** `WebAssembly.Module`, also for projects whose `lib` does not name it. */
type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } }
  ? M
  : object;

/** What a module can be made of: its bytes, or what a bundler or edge runtime compiled already. */
export type ModuleInput = CompiledModule | Uint8Array | ArrayBuffer;

/** A module, or a function that gives it when it is first needed. */
export type ModuleSource = ModuleInput | (() => ModuleInput | Promise<ModuleInput>);

let source: ModuleSource | undefined;
let loading: Promise<Core> | undefined;

/**
 * An entry's own source, which gives way to one that was set before.
 * @internal
 */
export function provideModule(given: ModuleSource): void {
  source ??= given;
}

/**
 * A source that the user gave. Once the module is loaded or loading, it stays.
 * @internal
 */
export function replaceModule(given: ModuleSource): void {
  if (loading === undefined) source = given;
}

/**
 * The module, ready for calls. Every public function that needs it awaits this.
 * @internal
 */
export function load(): Promise<Core> {
  loading ??= instantiate().catch((cause: unknown) => {
    loading = undefined;
    throw cause;
  });
  return loading;
}

async function instantiate(): Promise<Core> {
  if (source === undefined) {
    throw new VarveError(
      "Internal",
      "no WebAssembly module given; call init(module) from varve/slim first",
      {},
    );
  }
  try {
    const input = await (typeof source === "function" ? source() : source);
    await init({ module_or_path: input as WebAssembly.Module | BufferSource });
  } catch (cause) {
    throw new VarveError(
      "Internal",
      `the WebAssembly module cannot be loaded: ${String(cause)}`,
      {},
      { cause },
    );
  }
  return core;
}
