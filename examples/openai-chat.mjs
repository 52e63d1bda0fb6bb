// An agent's loop with OpenAI's Chat Completions: node examples/openai-chat.mjs [--fake]
import OpenAI from "openai";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { extractUsage } from "varve/formats/usage";
import { provider, SCHEMA } from "./lib/fake.mjs";
import { run } from "./lib/loop.mjs";

const { apiKey, url, close } = await provider("OPENAI_API_KEY");
const openai = new OpenAI({ apiKey, ...(url && { baseURL: `${url}/v1` }) });
const model = "gpt-5-mini";
const tools = [{ type: "function", function: { name: "get_order", parameters: SCHEMA } }];

await run(model, async (compiled, turn, signal) => {
  const { messages } = toOpenAI(compiled);
  const request = { model, messages, tools, stream_options: { include_usage: true } };
  const stream = openai.chat.completions.stream(request, { signal });
  const ids = []; // later pieces of a call have its index only
  for await (const { choices } of stream) {
    const { content, tool_calls: calls = [] } = choices[0]?.delta ?? {};
    if (content) turn.write({ type: "text-delta", text: content });
    for (const { index, id, function: f } of calls) {
      ids[index] ??= id;
      const piece = { callId: ids[index], toolName: f.name, text: f.arguments ?? "" };
      turn.write({ type: "tool-input-delta", ...piece });
    }
  }
  const answer = await stream.finalChatCompletion();
  const [{ message, finish_reason: finishReason }] = answer.choices;
  const usage = extractUsage(answer);
  return { status: "complete", payloads: fromOpenAI([message]), finishReason, usage };
});
await close();
