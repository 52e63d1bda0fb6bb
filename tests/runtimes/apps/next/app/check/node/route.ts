// The scenario in a route handler of Node, kept by SQLite.
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { sqlite } from "varve/storage/sqlite";
import { scenario } from "../../../scenario.mjs";

export async function GET(): Promise<Response> {
  const storage = () => sqlite("check.db");
  return Response.json(await scenario({ varve, toOpenAI, storage }));
}
