// On the edge, without a store: of a conversation that is sent along, what fits into a number of tokens.
import { createVarve } from "varve";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";

export const runtime = "edge";

const varve = createVarve();

export async function POST(request: Request): Promise<Response> {
  const { messages, maxTokens } = await request.json();
  const id = crypto.randomUUID();
  const chat = await varve.open(id);
  await chat.batch(async (batch) => {
    for (const payload of fromOpenAI(messages)) await batch.commit(payload);
  });
  const compiled = await chat.prepare({ maxTokens });
  await varve.delete(id);
  return Response.json({ ...toOpenAI(compiled), tokenCount: compiled.tokenCount });
}
