// An application on Workers: the scenario in memory, on D1, in a Durable Object; and payloads that are too large.
import { DurableObject } from "cloudflare:workers";
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { durableObject } from "varve/storage/durable-object";
import { sqlite } from "varve/storage/sqlite";
import { scenario } from "./scenario.mjs";

/** Commits what is larger than the storage takes; then something else, which goes on as if nothing had been. */
async function tooLarge(storage) {
  const chat = await varve.createVarve({ storage }).open("large");
  const error = await chat.user("x".repeat(2_000_000)).catch((thrown) => thrown);
  await chat.user("short");
  const { messages } = await chat.compile();
  const { code, message } = error;
  return { typed: varve.isVarveError(error), code, message, messages: messages.length };
}

export class Chats extends DurableObject {
  scenario(durability) {
    const storage = () => durableObject(this.ctx.storage, { durability });
    return scenario({ varve, toOpenAI, storage });
  }

  tooLarge() {
    return tooLarge(durableObject(this.ctx.storage));
  }
}

const chats = ({ CHATS }, name) => CHATS.get(CHATS.idFromName(name));

const routes = {
  memory: () => scenario({ varve, toOpenAI }),
  d1: ({ DB }) => scenario({ varve, toOpenAI, storage: () => sqlite(DB) }),
  "d1-too-large": ({ DB }) => tooLarge(sqlite(DB)),
  object: (env, durability) => chats(env, durability).scenario(durability),
  "object-too-large": (env) => chats(env, "large").tooLarge(),
};

export default {
  async fetch(request, env) {
    const [name, ...rest] = new URL(request.url).pathname.slice(1).split("/");
    return Response.json(await routes[name](env, ...rest));
  },
};
