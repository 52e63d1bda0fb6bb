// An agent's loop with Google's Gemini: node examples/google.mjs [--fake]
import { GoogleGenAI } from "@google/genai";
import { fromGoogle, toGoogle } from "varve/formats/google";
import { extractUsage } from "varve/formats/usage";
import { provider, SCHEMA } from "./lib/fake.mjs";
import { run } from "./lib/loop.mjs";

const { apiKey, url, close } = await provider("GEMINI_API_KEY");
const ai = new GoogleGenAI({ apiKey, ...(url && { httpOptions: { baseUrl: url } }) });
const model = "gemini-3.5-flash";
const tools = [{ functionDeclarations: [{ name: "get_order", parametersJsonSchema: SCHEMA }] }];

await run(model, async (compiled, turn, signal) => {
  const { contents, config } = toGoogle(compiled, { model });
  const request = { model, contents, config: { ...config, tools, abortSignal: signal } };
  const parts = [];
  let last;
  for await (const chunk of await ai.models.generateContentStream(request)) {
    last = chunk;
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
      parts.push(part);
      const [payload] = fromGoogle([{ role: "model", parts: [part] }], { model });
      for (const { type, text, ...rest } of payload.parts) {
        if (text === undefined) turn.write({ type, ...rest });
        else turn.write({ type: `${type}-delta`, text, ...rest });
      }
    }
  }
  signal.throwIfAborted();
  const payloads = fromGoogle([{ role: "model", parts }], { model });
  const { finishReason } = last.candidates[0];
  return { status: "complete", payloads, finishReason, usage: extractUsage(last) };
});
await close();
