// The vocabulary that travels with the package, as text: for all that take no modules beside a script.
import { later } from "../../later.js";

/** The text, loaded when it is first needed. */
export async function vocabularyAsText(): Promise<string> {
  const { o200k_base } = await later(import("../../encodings/o200k_base.js"));
  return o200k_base.vocabulary;
}
