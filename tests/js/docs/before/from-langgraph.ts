// What an application has before the code of docs/from-langgraph.md.
import { script } from "./providers.js";

export { openai } from "./providers.js";

script({ text: "It is lost." });
