// What an application has before the code of docs/storage.md.
import { createVarve, type Repository } from "varve";

export const chat: Repository = await createVarve().open("chat-1");
await chat.user("My name is Ada, and my order 4711 never came.", { id: "message-17" });
