// Which response answers which call: Gemini's functions have ids, or only names and their order.

interface Open {
  readonly callId: string;
  readonly name: string;
  readonly id: string | undefined;
  answered: boolean;
}

/**
 * Gives calls and responses the ids that tie them together. A call without an id goes by its name,
 * further ones of the same content by `name#2` and so on: what is read content by content ties the
 * same way.
 */
export class Pairs {
  #open: Open[] = [];
  #names = new Map<string, number>();
  #model = false;

  /** Begins a content. What the model called before its last run of contents can no longer be answered. */
  begin(model: boolean): void {
    if (model && !this.#model) this.#open = [];
    this.#model = model;
    this.#names.clear();
  }

  /** The id of a call. */
  call(id: string | undefined, name: string): string {
    const callId = id ?? this.#next(name);
    this.#open.push({ callId, name, id, answered: false });
    return callId;
  }

  /** The id of the call that a response answers. */
  response(id: string | undefined, name: string): string {
    const open = this.#open.filter((each) => !each.answered);
    const call =
      open.find((each) => id !== undefined && each.id === id) ??
      open.find((each) => each.name === name && each.id === undefined) ??
      open.find((each) => each.name === name && id === undefined);
    if (call === undefined) return id ?? this.#next(name);
    call.answered = true;
    return call.callId;
  }

  #next(name: string): string {
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }
}
