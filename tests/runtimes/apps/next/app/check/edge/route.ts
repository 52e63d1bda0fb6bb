// The scenario on the edge, in memory; and what a store says that cannot work there.
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { sqlite } from "varve/storage/sqlite";
import { scenario } from "../../../scenario.mjs";

export const runtime = "edge";

export async function GET(): Promise<Response> {
  const report = await scenario({ varve, toOpenAI });
  const stored = varve.createVarve({ storage: sqlite("check.db") }).open("a");
  const refused = await stored.then(
    () => "opened",
    (error: unknown) => (varve.isVarveError(error) ? error.code : String(error)),
  );
  return Response.json({ report, refused });
}
