// What an application has before the code of docs/summarizers.md.
import { createVarve, type Message } from "varve";

process.env.OPENAI_API_KEY ??= "-";

const chat = await createVarve().open("chat");
await chat.user("Where is order A-17 of Ada Lovelace? It was due on 2026-03-14.");
await chat.assistant("It left our house on 2026-03-10.");
export const messages: readonly Message[] = (await chat.compile()).messages;
