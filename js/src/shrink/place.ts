// What making a context smaller needs of the handle that it works on.
import type { Link } from "../handle.js";
import type { OperationOptions } from "../types/commit.js";
import type { CallArguments } from "../writer.js";

/** A handle, as far as compression needs it. */
export interface Place {
  readonly link: Link;
  /** Has the module change something, and tells those who listen. */
  change(name: string, args: CallArguments, options?: OperationOptions): Promise<unknown>;
}

/** Tokens of a plain compile. */
export async function compiledTokens({ link }: Pick<Place, "link">): Promise<number> {
  return link.call<number>("compiledTokens");
}
