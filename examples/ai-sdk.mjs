// An agent's loop with the AI SDK: node examples/ai-sdk.mjs [--fake]
import { createOpenAI } from "@ai-sdk/openai";
import { jsonSchema, streamText, tool } from "ai7"; // "ai" in an application: here are two majors
import { fromModelMessages, toModelMessages } from "varve/formats/ai-sdk";
import { extractUsage } from "varve/formats/usage";
import { provider, SCHEMA } from "./lib/fake.mjs";
import { run } from "./lib/loop.mjs";

const { apiKey, url, close } = await provider("OPENAI_API_KEY");
const openai = createOpenAI({ apiKey, ...(url && { baseURL: `${url}/v1` }) });
const model = "gpt-5-mini";
const tools = { get_order: tool({ inputSchema: jsonSchema(SCHEMA) }) };

await run(model, async (compiled, turn, signal) => {
  const { messages } = toModelMessages(compiled);
  const failures = [];
  const result = streamText({
    model: openai.chat(model),
    messages,
    allowSystemInMessages: true,
    tools,
    abortSignal: signal,
    onError: ({ error }) => failures.push(error),
  });
  const names = new Map();
  for await (const { type, id, text, delta, toolName } of result.fullStream) {
    if (type === "text-delta" || type === "reasoning-delta") turn.write({ type, id, text });
    if (type === "tool-input-start") names.set(id, toolName);
    if (type === "tool-input-delta") {
      turn.write({ type, callId: id, toolName: names.get(id), text: delta });
    }
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  const { messages: answer } = await result.response;
  const payloads = fromModelMessages(JSON.parse(JSON.stringify(answer)));
  const usage = extractUsage({ usage: await result.usage });
  return { status: "complete", payloads, finishReason: await result.finishReason, usage };
});
await close();
