// The compiled messages as JavaScript objects. The module keeps views and tells only what changed
// since a view was last compiled; a message that did not change is the same frozen object as before.
//
// Only the newest state of a view has its array. Older states know what makes them of a newer one
// (Baker's trick for persistent arrays), so that results stay right without a copy at every compile.
import { VarveError } from "./errors.js";
import type { Message } from "./types/compile.js";
import type { Part, Role } from "./types/content.js";

/** What a view consists of after one compile. */
export class ViewState {
  /** Present on the newest state only. */
  #array: Message[] | undefined;
  /** The state after this one, and the splices that lead back from there. */
  #newer: ViewState | undefined;
  #back: Splice[] | undefined;
  /** Present once somebody has read it. */
  #frozen: readonly Message[] | undefined;

  constructor(array: Message[]) {
    this.#array = array;
  }

  /** A frozen array, made at first read. */
  get messages(): readonly Message[] {
    this.#frozen ??= Object.freeze(this.#copy());
    return this.#frozen;
  }

  /** The state after some splices. Takes the array over. */
  advance(splices: readonly Splice[]): ViewState {
    const array = this.#array;
    if (array === undefined) throw internal("a view was changed twice from the same state");
    const back = splices.map((change) => splice(array, change)).reverse();
    const newer = new ViewState(array);
    this.#array = undefined;
    if (this.#frozen === undefined) [this.#newer, this.#back] = [newer, back];
    return newer;
  }

  #copy(): Message[] {
    const steps: Splice[][] = [];
    let state: ViewState = this;
    while (state.#newer !== undefined && state.#back !== undefined) {
      steps.push(state.#back);
      state = state.#newer;
    }
    const copy = (state.#array ?? state.#frozen ?? []).slice();
    for (const step of steps.reverse()) for (const change of step) splice(copy, change);
    this.#newer = this.#back = undefined;
    return copy;
  }
}

/** Where, how many to take out, what to put in. */
type Splice = readonly [start: number, remove: number, insert: readonly Message[]];
/** As the module writes it: messages by their numbers. */
type Told = [start: number, remove: number, insert: number[]];

const { freeze } = Object;

/** More would overflow the stack when spread into a call. */
const SPREAD = 1000;

/** Does a splice, and gives the one that undoes it. */
function splice(array: Message[], [start, remove, insert]: Splice): Splice {
  if (start === array.length) {
    for (const message of insert) array.push(message);
    return [start, insert.length, []];
  }
  if (insert.length <= SPREAD) {
    return [start, insert.length, array.splice(start, remove, ...insert)];
  }
  const tail = array.splice(start);
  for (const message of insert) array.push(message);
  for (let i = remove; i < tail.length; i++) array.push(tail[i] as Message);
  return [start, insert.length, tail.slice(0, remove)];
}

/** Stands for a message that came and went again between two compiles, and was never given. */
const PASSING = Object.freeze({}) as Message;

/** Stands for a message whose text was erased, until its view is compiled again. */
const ERASED = Object.freeze({}) as Message;

/** The views of one repository. */
export class Mirror {
  readonly #messages = new Map<number, Message>();
  readonly #views = new Map<number, ViewState>();
  readonly #noteFiles: (message: Message) => void;
  #unknown: number | undefined;

  /** `noteFiles` is told of messages that may name files. */
  constructor(noteFiles: (message: Message) => void = () => {}) {
    this.#noteFiles = noteFiles;
  }

  /** Brings a view up to date. `splices` and `forget` are empty where there is nothing to tell. */
  update(view: number, splices: string, forget: string): ViewState {
    let state = this.#views.get(view);
    if (state === undefined || splices !== "") {
      this.#unknown = undefined;
      state = (state ?? new ViewState([])).advance(splices === "" ? [] : this.#read(splices));
      this.#views.set(view, state);
      if (this.#unknown !== undefined && state.messages.includes(PASSING)) {
        throw internal(`message ${this.#unknown} was not given`);
      }
    }
    if (forget !== "") for (const id of JSON.parse(forget) as number[]) this.#messages.delete(id);
    return state;
  }

  /** Lets go of messages; compiles that were handed out keep theirs. */
  erase(ids: readonly number[]): void {
    for (const id of ids) {
      const message = this.#messages.get(id);
      if (message === undefined) continue;
      this.#messages.set(id, ERASED);
      for (const [view, state] of this.#views) {
        const place = state.messages.indexOf(message);
        if (place >= 0) this.#views.set(view, state.advance([[place, 1, [ERASED]]]));
      }
    }
  }

  /**
   * Takes messages that are new: an array of numbers, behind each its message, or the role, entry, commit and texts of
   * one that is only text. Of these objects are made here, which takes half the time of reading them as such.
   */
  give(messages: string): void {
    const files = messages.includes('"type":"file"');
    const list = JSON.parse(messages) as (number | string | Message)[];
    for (let at = 0; at < list.length; ) {
      const id = list[at++] as number;
      const next = list[at++] as Role | Message;
      if (typeof next === "string") {
        const entries = freeze([list[at++] as string]);
        const commits = freeze([list[at++] as string]);
        const parts: Part[] = [freeze({ type: "text", text: list[at++] as string })];
        for (; typeof list[at] === "string"; at++) {
          parts.push(freeze({ type: "text", text: list[at] as string }));
        }
        this.#messages.set(id, freeze({ role: next, parts: freeze(parts), entries, commits }));
      } else {
        if (files) this.#noteFiles(next);
        deepFreeze(next);
        this.#messages.set(id, next);
      }
    }
  }

  #read(splices: string): Splice[] {
    const known = (id: number): Message => this.#known(id);
    return (JSON.parse(splices) as Told[]).map(([start, remove, insert]) => [
      start,
      remove,
      insert.map(known),
    ]);
  }

  #known(id: number): Message {
    const message = this.#messages.get(id);
    if (message === undefined) this.#unknown = id;
    return message ?? PASSING;
  }
}

/** Freezes what JSON.parse made: a tree, no deeper than payloads may be. */
function deepFreeze(object: object): void {
  freeze(object);
  // for…in is the fastest; what it finds on a polluted prototype is not ours to freeze.
  if (Array.isArray(object)) for (const value of object) freezeInner(value);
  else
    for (const name in object) if (Object.hasOwn(object, name)) freezeInner(object[name as never]);
}

function freezeInner(value: unknown): void {
  if (typeof value === "object" && value !== null) deepFreeze(value);
}

function internal(message: string): VarveError<"Internal"> {
  return new VarveError("Internal", message, {});
}
