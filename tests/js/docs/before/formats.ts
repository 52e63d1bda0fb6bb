// What an application has before the code of docs/formats.md.
import { createVarve, type Repository } from "varve";
import { script } from "./providers.js";

export { ai, anthropic, openai } from "./providers.js";

script({ text: "It is on its way." }, { text: "It is on its way." }, { text: "It is on its way." });

export const chat: Repository = await createVarve().open("support");
await chat.user("Where is my parcel?");

/** A picture of 1024 by 1024 pixels, as far as its first bytes tell. */
export const bytes: Uint8Array = Uint8Array.from(
  Buffer.from("89504e470d0a1a0a0000000d4948445200000400000004000802000000", "hex"),
);
