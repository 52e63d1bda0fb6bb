// What images cost, by the rules of OpenAI's tiles: what is counted unless somebody knows better.
import { measure } from "./measure.js";

/** What a file costs of which nothing is known. */
export const UNKNOWN = 1000;

/** Tokens of a file's bytes: images by OpenAI's tiles of 512 pixels (GPT-4o, `detail: "high"`). */
export function estimate(bytes: Uint8Array): number {
  const { width = 0, height = 0 } = measure(bytes);
  return width * height ? tiles(85, 170)(width, height) : UNKNOWN;
}

/** OpenAI's rule of tiles: into a square of 2048 pixels, the shorter side to 768, in squares of 512. */
export function tiles(base: number, tile: number): (width: number, height: number) => number {
  return (width, height) => {
    const scale = Math.min(1, 2048 / Math.max(width, height));
    const short = Math.min(1, 768 / (Math.min(width, height) * scale)) * scale;
    return base + tile * Math.ceil((width * short) / 512) * Math.ceil((height * short) / 512);
  };
}
