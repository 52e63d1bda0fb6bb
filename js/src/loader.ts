// The WebAssembly module: where it comes from, and the one promise of it being there. Nothing
// happens on import; the first call that needs the module compiles it, the others share that.
import init, * as core from "../../pkg/varve.js";
import { VarveError } from "./errors.js";
import { keeper, type Loaded } from "./instance.js";
import { notLoaded } from "./later.js";

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
let isTaken = false;

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
  if (!isTaken) source = given;
}

/**
 * The module, ready for calls, with its present instance. Every public function that needs it awaits
 * this.
 * @internal
 */
export const load: () => Promise<Loaded<Core>> = keeper(instantiate);

async function instantiate(): Promise<Core> {
  if (source === undefined) {
    throw new VarveError(
      "Internal",
      "no WebAssembly module given; call init(module) from varve/slim first",
      {},
    );
  }
  isTaken = true;
  try {
    const input = await (typeof source === "function" ? source() : source);
    await init({ module_or_path: input as WebAssembly.Module | BufferSource });
  } catch (cause) {
    isTaken = false;
    throw notLoaded("the WebAssembly module", cause);
  }
  return core;
}
