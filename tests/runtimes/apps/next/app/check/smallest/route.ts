// The least that an edge function with a chat holds: varve, which counts with o200k_base. Its size is measured.
import { createVarve } from "varve";

export const runtime = "edge";

const varve = createVarve();

export async function GET(): Promise<Response> {
  const chat = await varve.open("a");
  return Response.json(await chat.user("hello world", { id: "a" }));
}
