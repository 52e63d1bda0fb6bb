// Which encoding a model uses.
import { VarveError } from "../errors.js";
import { FAMILIES, MODELS } from "./model-table.js";
import type { EncodingName } from "./names.js";

/**
 * The encoding of an OpenAI model; of a fine-tuned `ft:<model>:…`, that of `<model>`. The models and
 * families are those that tiktoken-rs knows.
 *
 * Throws `UnknownModel` for any other, unless there is a `fallback`.
 */
export function encodingForModel(
  model: string,
  options: { fallback?: EncodingName } = {},
): EncodingName {
  let base = model;
  while (base.startsWith("ft:")) base = base.slice(3).split(":", 1)[0] as string;
  const exact = MODELS.find(([name]) => name === base);
  const found = exact ?? FAMILIES.find(([start]) => base.startsWith(start));
  if (found) return found[1];
  if (options.fallback !== undefined) return options.fallback;
  const known = [...FAMILIES.map(([start]) => `${start}*`), ...MODELS.map(([name]) => name)];
  throw new VarveError(
    "UnknownModel",
    `unknown model ${JSON.stringify(model)}; known are ${known.join(", ")}, and fine-tuned ft:<model>:…`,
    { model, known },
  );
}
