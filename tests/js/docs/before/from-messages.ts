// What an application has before the code of docs/from-messages.md.
import { script } from "./providers.js";

export { openai } from "./providers.js";

script({ text: "The refund of 4711 is under way." }, { text: "It is lost." });
