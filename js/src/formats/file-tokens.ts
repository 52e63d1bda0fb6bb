// What a file costs a model, by the rules that its provider publishes.
import type { Measured } from "../files/measure.js";
import { tiles, UNKNOWN } from "../files/tokens.js";
import { measureFile } from "./measure.js";

/** What `fileTokens` is told of the request. */
export interface FileTokensOptions {
  /** The model's name: the rules of Claude's, Gemini's and OpenAI's models. Default: GPT-4o's. */
  model?: string | undefined;
  /** OpenAI's `detail` of an image. Default: `high`, as `auto` mostly is. */
  detail?: unknown;
}

type Rule = (width: number, height: number) => number;

/** For a page of text with its picture, where nothing is published: about Claude's least. */
const PAGE = 1500;
/** OpenAI: a token for 100 ms of what a user says. */
const SECOND = 10;

/** OpenAI's models that count tiles: base and tile, by the first pattern that fits; else GPT-4o's. */
const TILES: readonly (readonly [RegExp, number, number])[] = [
  [/gpt-4o-mini/, 2833, 5667],
  [/^o[13]/, 75, 150],
  [/computer-use/, 65, 129],
  [/gpt-5/, 70, 140],
];

/** OpenAI's models that count patches of 32 pixels, and what each of those costs. */
const PATCHES: readonly (readonly [RegExp, number])[] = [
  [/gpt-(4\.1|5)-mini/, 1.62],
  [/gpt-(4\.1|5)-nano/, 2.46],
  [/o4-mini/, 1.72],
];
const MOST_PATCHES = 1536;

/** Claude's pages have their text and their picture: 1,500 to 3,000 tokens. */
const CLAUDE_PAGE = 2000;

/** Gemini: an image up to 384 pixels, a tile of 768, a page of a PDF. */
const GEMINI = 258;
const GEMINI_SECOND = 32;

/**
 * Tokens of a file, as an estimate by the rule that the model's provider publishes. PNG, JPEG, GIF, WebP, WAV, MP3
 * and PDF are understood; every other file counts 1000.
 */
export function fileTokens(bytes: Uint8Array, options: FileTokensOptions = {}): number {
  const { model = "", detail } = options;
  const file = measureFile(bytes);
  if (/claude/.test(model)) return tokensOf(file, claude(model), CLAUDE_PAGE);
  if (/gemini/.test(model)) {
    const newer = /gemini-([3-9]|\d\d)/.test(model);
    return newer
      ? tokensOf(file, () => 1120, 560, GEMINI_SECOND)
      : tokensOf(file, gemini, GEMINI, GEMINI_SECOND);
  }
  return tokensOf(file, openai(model, detail));
}

/** Scaled to the longest side and the most tokens that the model takes, a token for 750 pixels. */
function claude(model: string): Rule {
  const [side, most] = /opus-4-[7-9]|(opus|fable|mythos)-5/.test(model)
    ? [2576, 4784]
    : [1568, 1600];
  return (width, height) => {
    const scale = Math.min(1, side / Math.max(width, height));
    return Math.min(most, (width * scale * height * scale) / 750);
  };
}

function gemini(width: number, height: number): number {
  if (width <= 384 && height <= 384) return GEMINI;
  return GEMINI * Math.ceil(width / 768) * Math.ceil(height / 768);
}

function openai(model: string, detail: unknown): Rule {
  const patch = PATCHES.find(([pattern]) => pattern.test(model))?.[1];
  if (patch !== undefined) {
    return (width, height) =>
      Math.min(MOST_PATCHES, Math.ceil(width / 32) * Math.ceil(height / 32)) * patch;
  }
  const [, base, tile] = TILES.find(([pattern]) => pattern.test(model)) ?? [model, 85, 170];
  return detail === "low" ? () => base : tiles(base, tile);
}

/** Tokens of a file, its image by a rule, its pages and seconds by their price. */
function tokensOf(
  { kind, width = 0, height = 0, seconds = 0, pages = 1 }: Measured,
  image: Rule,
  page: number = PAGE,
  second: number = SECOND,
): number {
  const known = {
    image: width * height && image(width, height),
    audio: seconds * second,
    pdf: pages * page,
  };
  const tokens = kind && Math.ceil(known[kind]);
  return tokens && tokens > 0 && tokens < 1e9 ? tokens : UNKNOWN;
}
