// The conversation to replay: the one that ships, or a file of the user's.
import { readFileSync } from "node:fs";
import { isVarveError } from "varve";
import { fromOpenAI } from "varve/formats/openai";

/** What is wrong with the input, in words for the user. */
export class InputError extends Error {}

/** The messages of a file in OpenAI's format, and their payloads. */
export function readConversation(path) {
  const messages = parse(path);
  const list = Array.isArray(messages) ? messages : messages?.messages;
  if (!Array.isArray(list)) {
    throw new InputError(
      `${path}: expected an array of messages, or an object with the array "messages"`,
    );
  }
  if (list.length === 0) throw new InputError(`${path}: there are no messages in it`);
  try {
    return { messages: list, payloads: fromOpenAI(list) };
  } catch (error) {
    if (!isVarveError(error, "Format")) throw error;
    throw new InputError(`${path}: ${error.message}`, { cause: error });
  }
}

function parse(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`${path}: cannot be read (${error.code})`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: is not JSON: ${error.message}`, { cause: error });
  }
}
