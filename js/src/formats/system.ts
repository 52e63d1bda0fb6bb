// Reading a system prompt, which stands apart from the messages.
import { VarveError } from "../errors.js";
import { Place } from "./reader.js";

/**
 * Runs a reader of a system prompt. Its errors name the member of the request, and have no index: the
 * prompt is no message.
 */
export function readSystem<T>(member: string, read: (place: Place) => T): T {
  try {
    return read(new Place(0, ""));
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const { pointer = "" } = error.details as { pointer?: string };
    const at = `/${member}${pointer}`;
    const message = error.message.replace(/^\w+\[0\]/, member).replace(/ at \S*,/, ` at ${at},`);
    throw new VarveError("Format", message, { pointer: at });
  }
}
