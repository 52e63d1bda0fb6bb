// The link between a handle of the face and one of the module.

import type { ContentTypeRegistry } from "./content-types.js";
import { VarveError } from "./errors.js";
import { forModule } from "./files/files.js";
import type { WorkspaceHost } from "./host.js";
import type { Instance } from "./instance.js";
import type { NativeHandle } from "./native.js";
import { toPlainJson } from "./plain.js";
import type { Shared } from "./shared.js";
import type { Summarizer } from "./types/compress.js";
import type { Models } from "./types/models.js";
import type { Workspace } from "./workspaces.js";

/** What the handles of one `createVarve` share. */
export interface Home {
  readonly types: ContentTypeRegistry;
  /** What budgets look models up in. */
  readonly models: Models | undefined;
  /** Who writes summaries where a call does not say. */
  readonly summarize: Summarizer | undefined;
  /** Who writes them where nobody is named. */
  readonly builtIn: Summarizer;
  closed: boolean;
}

/** A handle of the module, with what belongs to it here. */
export class Link {
  readonly home: Home;
  readonly host: WorkspaceHost;
  readonly instance: Instance;
  readonly shared: Shared;
  readonly #workspace: Workspace;
  #native: NativeHandle | undefined;

  constructor(home: Home, workspace: Workspace, native: NativeHandle) {
    const { host } = workspace;
    this.home = home;
    this.host = host;
    this.#workspace = workspace;
    this.instance = host.instance;
    this.#native = native;
    this.shared = host.shared(host.instance.run(() => native.repository));
  }

  /** Fails once the handle was disposed. */
  get native(): NativeHandle {
    if (this.#native === undefined)
      throw new VarveError("Closed", "this handle was disposed; open another", {});
    return this.#native;
  }

  get disposed(): boolean {
    return this.#native === undefined;
  }

  /** Lets go of the module's handle at once: the engine may collect it much later. */
  dispose(): void {
    if (!this.instance.ended) this.#native?.free();
    this.#native = undefined;
  }

  /** Fails once `close` was called. */
  assertOpen(): void {
    if (this.home.closed)
      throw new VarveError("Closed", "this varve was closed; create another", {});
  }

  /** Asks the module something. */
  async call<R>(name: string, args: object = {}): Promise<R> {
    return (await this.callJson(name, toPlainJson(args))) as R;
  }

  /** Asks the module something, or has it do something. */
  callJson(name: string, args: string, files: readonly Uint8Array[] = []): Promise<unknown> {
    this.assertOpen();
    const { native } = this;
    return this.instance.settled(() => native.call(name, args, forModule(files)));
  }

  /** The bytes of objects; null for what is not there. */
  bytes(hashes: readonly string[]): Promise<(Uint8Array | null)[]> {
    return this.call("bytes", { hashes });
  }

  /**
   * Registers a custom type that this repository does not have yet, before something of it is
   * written. Undefined where there is nothing to do, which is nearly always.
   */
  register(payload: unknown): Promise<void> | undefined {
    const { home, shared } = this;
    if (home.types.empty || typeof payload !== "object" || payload === null) return undefined;
    const type: unknown = Object.getOwnPropertyDescriptor(payload, "contentType")?.value;
    if (shared.registered.has(type)) return undefined;
    const registration = home.types.registration(type);
    if (registration === undefined) return undefined;
    return this.callJson("registerType", registration).then(() => void shared.registered.add(type));
  }

  /** Another handle on the same repository. */
  with(native: NativeHandle): Link {
    return new Link(this.home, this.#workspace, native);
  }
}
