// What files cost, by the rules of OpenAI's tiles: what is counted unless somebody knows better.
import { type Measured, measure } from "./measure.js";

/** What a file costs of which nothing is known. */
export const UNKNOWN = 1000;
/** OpenAI's, Anthropic's and others' estimates for a page of text with its picture. */
const PAGE = 1500;
/** OpenAI: a token for 100 ms of what a user says. */
const SECOND = 10;

/** Tokens of a file's bytes: images by OpenAI's tiles of 512 pixels (GPT-4o, `detail: "high"`). */
export function estimate(bytes: Uint8Array): number {
  return tokensOf(measure(bytes), tiles(85, 170));
}

/** Tokens of a file, its image by a provider's rule. */
export function tokensOf(
  { kind, width = 0, height = 0, seconds = 0, pages = 1 }: Measured,
  image: (width: number, height: number) => number,
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

/** OpenAI's rule of tiles: into a square of 2048 pixels, the shorter side to 768, in squares of 512. */
export function tiles(base: number, tile: number): (width: number, height: number) => number {
  return (width, height) => {
    const scale = Math.min(1, 2048 / Math.max(width, height));
    const short = Math.min(1, 768 / (Math.min(width, height) * scale)) * scale;
    return base + tile * Math.ceil((width * short) / 512) * Math.ceil((height * short) / 512);
  };
}
