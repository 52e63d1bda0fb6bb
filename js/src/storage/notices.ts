// Tells other tabs that something was written, and hears it from them. A hint: it may be lost, and
// where the runtime has no BroadcastChannel there are none.
import type { RepositoryAddress } from "../types/storage.js";

/** Notices among all that use the same name, but not to oneself. */
export interface Notices {
  tell(address: RepositoryAddress): void;
  /** Returns how to stop. */
  watch(address: RepositoryAddress, listener: () => void): () => void;
  close(): void;
}

/** Milliseconds between two notices about one repository: who writes fast tells once for all. */
const PAUSE = 20;

/** What Node has beside the standard. */
type Channel = BroadcastChannel & { unref?(): void };

/** Notices under a name. Nothing is opened before the first one is told or waited for. */
export function notices(name: string): Notices {
  const listeners = new Map<string, Set<() => void>>();
  /** Repositories that are told of, or were just now, and whether there is more to tell. */
  const told = new Map<string, boolean>();
  let channel: Channel | undefined;
  let isClosed = false;

  const open = (): Channel | undefined => {
    if (isClosed || typeof BroadcastChannel !== "function") return undefined;
    if (channel === undefined) {
      channel = new BroadcastChannel(name);
      channel.unref?.(); // Node need not stay for it
      channel.onmessage = ({ data }) => {
        for (const listener of listeners.get(String(data)) ?? []) listener();
      };
    }
    return channel;
  };

  const post = (text: string): void => {
    told.set(text, false);
    open()?.postMessage(text);
    setTimeout(() => {
      if (told.get(text)) post(text);
      else told.delete(text);
    }, PAUSE);
  };

  /** After what goes on now, so that no write waits for it; at once where timers come late. */
  const postSoon = (text: string): void => {
    const tell = () => {
      if (told.get(text)) post(text);
    };
    if (globalThis.document?.hidden) tell();
    else setTimeout(tell);
  };

  return {
    tell(address) {
      if (isClosed) return;
      const text = textOf(address);
      const isNew = !told.has(text);
      told.set(text, true);
      if (isNew) postSoon(text);
    },
    watch(address, listener) {
      open();
      const text = textOf(address);
      const heard = () => listener(); // its own, so that the same function can listen twice
      const all = listeners.get(text) ?? new Set();
      listeners.set(text, all.add(heard));
      return () => {
        all.delete(heard);
        if (all.size === 0 && listeners.get(text) === all) listeners.delete(text);
      };
    },
    close() {
      for (const [text, isDue] of told) if (isDue) open()?.postMessage(text);
      told.clear();
      isClosed = true;
      listeners.clear();
      channel?.close();
      channel = undefined;
    },
  };
}

function textOf({ workspace, id }: RepositoryAddress): string {
  return JSON.stringify([workspace, id]);
}
