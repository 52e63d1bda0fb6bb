// What an application has before the code of docs/chat.md.
import type OpenAI from "openai";
import { script } from "./providers.js";

export { openai } from "./providers.js";

script({ text: "I am asking them.", calls: [{ name: "track", args: '{"order":4711}' }] });

export const signal: AbortSignal = new AbortController().signal;
export const tools: OpenAI.ChatCompletionTool[] = [
  { type: "function", function: { name: "track", parameters: { type: "object" } } },
];
