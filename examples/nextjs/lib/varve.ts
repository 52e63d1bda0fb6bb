// One varve for the whole server. `next dev` loads this file again after each change: what is on `globalThis` stays.
import { createVarve, type Varve } from "varve";
import { sqlite } from "varve/storage/sqlite";

const kept = globalThis as { varve?: Varve };

kept.varve ??= createVarve({ storage: sqlite(process.env.CHAT_DB ?? "chat.db") });

export const varve = kept.varve;
