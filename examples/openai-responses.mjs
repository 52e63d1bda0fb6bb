// An agent's loop with OpenAI's Responses API: node examples/openai-responses.mjs [--fake]
import OpenAI from "openai";
import { fromResponses, toResponses } from "varve/formats/openai";
import { extractUsage } from "varve/formats/usage";
import { provider, SCHEMA } from "./lib/fake.mjs";
import { run } from "./lib/loop.mjs";

const { apiKey, url, close } = await provider("OPENAI_API_KEY");
const openai = new OpenAI({ apiKey, ...(url && { baseURL: `${url}/v1` }) });
const model = "gpt-5-mini";
const tools = [{ type: "function", name: "get_order", parameters: SCHEMA, strict: false }];
// Nothing is kept at OpenAI: reasoning comes encrypted, and goes back with what it led to.
const stateless = { store: false, include: ["reasoning.encrypted_content"] };

await run(model, async (compiled, turn, signal) => {
  const { instructions, input } = toResponses(compiled);
  const request = { model, instructions, input, tools, stream: true, ...stateless };
  const stream = await openai.responses.create(request, { signal });
  const calls = new Map();
  let answer;
  for await (const { type, delta: text, item, item_id, response } of stream) {
    if (type === "response.output_item.added" && item.type === "function_call") {
      calls.set(item.id, { callId: item.call_id, toolName: item.name });
    }
    if (type === "response.output_text.delta") turn.write({ type: "text-delta", text });
    if (type === "response.reasoning_summary_text.delta")
      turn.write({ type: "reasoning-delta", text });
    if (type === "response.function_call_arguments.delta") {
      turn.write({ type: "tool-input-delta", ...calls.get(item_id), text });
    }
    if (type === "response.completed") answer = response;
  }
  signal.throwIfAborted(); // the SDK ends a stream that was aborted as if it were over
  const payloads = fromResponses(answer.output);
  return { status: "complete", payloads, finishReason: answer.status, usage: extractUsage(answer) };
});
await close();
