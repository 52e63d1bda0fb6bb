// A turn of the chat: store what the user says, show the model what fits, store what it answers.
import { isVarveError } from "varve";
import { toOpenAI } from "varve/formats/openai";
import { answer } from "../../../lib/model";
import { varve } from "../../../lib/varve";

export async function POST(request: Request): Promise<Response> {
  const { id, text } = await request.json();
  try {
    const chat = await varve.open("lobby", { budget: { maxTokens: 8000, action: "reject" } });
    await chat.user(text, { id });
    // A request that is sent again adds nothing: its ids are there.
    if ((await chat.get(`${id}-answer`)) === null) {
      const { messages } = toOpenAI(await chat.prepare({ maxTokens: 4000 }));
      await chat.assistant(await answer(messages), { id: `${id}-answer` });
    }
    return Response.json(await chat.transcript({ limit: 20 }));
  } catch (error) {
    if (!isVarveError(error)) throw error;
    const { code, message } = error;
    return Response.json({ code, message }, { status: code === "Validation" ? 400 : 503 });
  }
}
