// What the page and both kinds of worker do when they are asked: the whole scenario with a store in IndexedDB, or
// reopening that store.
import * as varve from "varve";
import { toOpenAI } from "varve/formats/openai";
import { indexedDB } from "varve/storage/indexed-db";
import { scenario } from "./scenario.mjs";

const questions = {
  run: (place) => scenario({ varve, toOpenAI, storage: () => indexedDB(place), id: place }),

  async reopen(place) {
    const app = varve.createVarve({ storage: indexedDB(place) });
    const chat = await app.open(place, { create: false });
    const { messages, tokenCount } = await chat.compile();
    const { ok } = await chat.verify();
    await app.close();
    return { messages: messages.length, tokens: tokenCount, ok };
  },
};

/** Answers a question; an error is an answer too, as messages between workers cannot throw. */
export async function answer({ question, place }) {
  try {
    return { answer: await questions[question](place) };
  } catch (error) {
    const { name, message, code, stack } = error;
    return { error: { typed: varve.isVarveError(error), name, message, code, stack } };
  }
}
