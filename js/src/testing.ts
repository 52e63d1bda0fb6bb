// `varve/testing`: proof that a store keeps its promises, and stores to test with.
export type { StorageUnderTest } from "./testing/conformance/case.js";
export {
  type StorageTestOptions,
  type TestRunner,
  testStorageAdapter,
} from "./testing/conformance/kit.js";
export { type MemoryPlace, memoryAdapter, memoryPlace } from "./testing/memory.js";
