// An agent's loop with Anthropic's Messages: node examples/anthropic.mjs [--fake]
import Anthropic from "@anthropic-ai/sdk";
import { fromAnthropic, toAnthropic } from "varve/formats/anthropic";
import { extractUsage } from "varve/formats/usage";
import { provider, SCHEMA } from "./lib/fake.mjs";
import { run } from "./lib/loop.mjs";

const { apiKey, url, close } = await provider("ANTHROPIC_API_KEY");
const anthropic = new Anthropic({ apiKey, ...(url && { baseURL: url }) });
const model = "claude-opus-4-8";
const tools = [{ name: "get_order", input_schema: SCHEMA }];

await run(model, async (compiled, turn, signal) => {
  const { stablePrefix } = compiled;
  const request = toAnthropic(compiled, { model, cache: { stablePrefix } });
  const stream = anthropic.messages.stream(
    { model, max_tokens: 4096, tools, ...request },
    { signal },
  );
  const calls = [];
  for await (const { index, content_block: block, delta } of stream) {
    if (block?.type === "tool_use") calls[index] = { callId: block.id, toolName: block.name };
    if (delta?.type === "text_delta") turn.write({ type: "text-delta", text: delta.text });
    if (delta?.type === "thinking_delta")
      turn.write({ type: "reasoning-delta", text: delta.thinking });
    if (delta?.type === "signature_delta") {
      const provider = { anthropic: { signature: delta.signature, model } };
      turn.write({ type: "reasoning-delta", text: "", provider });
    }
    if (delta?.type === "input_json_delta") {
      turn.write({ type: "tool-input-delta", ...calls[index], text: delta.partial_json });
    }
  }
  const answer = await stream.finalMessage();
  const payloads = fromAnthropic([JSON.parse(JSON.stringify(answer))]);
  const { stop_reason: finishReason } = answer;
  return { status: "complete", payloads, finishReason, usage: extractUsage(answer) };
});
await close();
