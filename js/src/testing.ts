// `varve/testing`: proof that a store keeps its promises, and what tests of an application need.
export { type ManualClock, manualClock } from "./testing/clock.js";
export type { StorageUnderTest } from "./testing/conformance/case.js";
export {
  type StorageTestOptions,
  type TestRunner,
  testStorageAdapter,
} from "./testing/conformance/kit.js";
export {
  type Fault,
  type FaultKind,
  type FaultyAdapter,
  faultyAdapter,
  type StorageCall,
} from "./testing/faulty.js";
export { type MemoryPlace, memoryAdapter, memoryPlace } from "./testing/memory.js";
export { type TestVarve, type TestVarveOptions, testVarve } from "./testing/varve.js";
