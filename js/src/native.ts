// What the module exports and what it calls, as src/wasm/ has it. JSON crosses as text.
import type { Answer } from "./answer.js";
import type { Loaded } from "./instance.js";
import { load } from "./loader.js";
import type { NativeStorage } from "./storage/bridge.js";
import type { ModuleMemory } from "./tokens/engine.js";
import type { Receipt } from "./types/commit.js";

/** Given directly, or promised where something had to be awaited. */
export type Maybe<T> = T | Promise<T>;

/** The module's callbacks. Called as methods. */
export interface Host {
  /** UTC milliseconds. */
  now(): number;
  /** Fills the bytes with chance. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
  sleep(milliseconds: number): Answer;
  error(code: string, message: string, details: string, cause: unknown): Error;
  receipt(id: string | undefined, hash: string, height: number, tokenCount: number): unknown;
  /** Messages for the mirror, before they are named: see mirror.ts. */
  given(messages: string, repository: number): void;
  /** `splices` and `forget` are for the mirror: see mirror.ts. */
  compiled(
    view: number,
    splices: string,
    forget: string,
    tokenCount: number,
    commitCount: number,
    tokenSource: string,
    head: string | undefined,
    stableMessages: number,
    stableTokens: number,
    warnings: string,
    digest: string,
    repository: number,
  ): unknown;
  /** Tokens of a text, by the application's counter. Absent: as `countSource` says. */
  count?(text: string): number | Answer;
  /** `none`, `approximate`, or `tiktoken:` and an encoding: then `countAt` is called. */
  countSource: string;
  /** Tokens of the text that lies at this address of the module's memory, as UTF-8. */
  countAt(address: number, length: number): number;
  /** `{ pointer, message }` as JSON where the payload is wrong. `schema` is the stored one. */
  validate?(contentType: string, payload: string, schema?: string): string | undefined | Answer;
  /** Whether a text matches a regular expression. */
  matches?(pattern: string, flags: string, text: string): boolean;
  /** `{ type, repository, … }` as JSON. */
  event?(event: string): void;
  /** No handle is left on the repository of this number, which nothing gets again. */
  closed?(repository: number): void;
  /** How far a task is; false: stop. */
  progress?(task: number, done: number, total: number): boolean;
  /** What the task comes to. */
  promise(task: NativeTask): Promise<unknown>;
}

/** A call that has to wait. */
export interface NativeTask {
  /** Goes on; the result, or `wake` itself, which is called when there is more to do. */
  poll(wake: () => void): unknown;
  free(): void;
}

/** The repositories of one workspace. */
export interface NativeEngine {
  open(id: string, options: string): Maybe<NativeHandle>;
  /** `list`, `delete`, `reproject`, `verify`: arguments are JSON. */
  call(name: string, args: string): unknown;
}

/** A position in a repository. */
export interface NativeHandle {
  /** `files`: see `forModule`. */
  commit(payload: string, options?: string, files?: unknown[]): Maybe<Receipt>;
  call(name: string, args: string, files?: unknown[]): unknown;
  compile(options: string | undefined): unknown;
  /** Takes in what others wrote first. */
  prepare(options: string | undefined): unknown;
  begin(): NativeBatch;
  readonly head: string | undefined;
  /** Undefined where the handle is detached. */
  readonly branch: string | undefined;
  /** Unique per engine. */
  readonly repository: number;
  free(): void;
}

/** Operations that become one. */
export interface NativeBatch {
  commit(payload: string, options?: string, files?: unknown[]): Maybe<Receipt>;
  call(name: string, args: string, files?: unknown[]): unknown;
  /** False: the head moved, nothing was written. */
  finish(options: string | undefined): Maybe<boolean>;
}

/** The module's classes. */
export interface NativeModule {
  /** `memory` names a store in memory; where there is a storage, it does not count. */
  Engine: new (
    host: Host,
    workspace: string,
    memory: string,
    storage: NativeStorage | undefined,
  ) => NativeEngine;
  restart(): void;
  start(): void;
  wasmMemory(): ModuleMemory;
}

/** The module, loaded. */
export async function loadNative(): Promise<Loaded<NativeModule>> {
  return (await load()) as unknown as Loaded<NativeModule>;
}
