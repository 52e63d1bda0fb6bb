// What an adapter loads for its first call can be loaded beside the core, as both are compiled.
import type { StorageAdapter } from "../types/storage.js";

/** By the adapter itself: one that wraps it does what it likes first. */
const loads = new WeakMap<StorageAdapter, () => void>();

/** An adapter that can begin to load before its first call. What fails then is tried again by that call. */
export function loadingEarly(adapter: StorageAdapter, load: () => void): StorageAdapter {
  loads.set(adapter, load);
  return adapter;
}

/** Has it begin. */
export function loadEarly(adapter: StorageAdapter): void {
  loads.get(adapter)?.();
}
