// What a stand-in for a model says: one answer for each request, in no provider's words.

/** A call of a tool; the arguments as text. */
export interface ScriptedCall {
  readonly name: string;
  readonly args: string;
}

/** One answer. */
export interface Scripted {
  readonly thought?: string;
  readonly text?: string;
  readonly calls?: readonly ScriptedCall[];
  /** The stream stops here, for ever: at a share of its events from 0 to 1. */
  readonly stallAt?: number;
  /** Why the model stopped, where it is not at its end. */
  readonly stopped?: "length";
}

/** What an answer says it cost. */
export interface Cost {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly thought: number;
}

/** A text in pieces, as streams bring them. */
export function pieces(text: string, size = 7): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

/** Figures that grow with what was sent and said. */
export function costOf(request: unknown, { thought = "", text = "", calls = [] }: Scripted): Cost {
  const input = Math.ceil(JSON.stringify(request).length / 4);
  const said = text + calls.map(({ args }) => args).join("");
  const [cached, spoken] = [Math.floor(input / 2), Math.ceil(said.length / 4)];
  return { input, cached, output: spoken, thought: Math.ceil(thought.length / 4) };
}

/** What a fake refuses a request with. */
export class Refusal extends Error {}

/** Refuses in the provider's words. */
export function refuse(message: string): never {
  throw new Refusal(message);
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over the network can be anything
export type Wire = any;
