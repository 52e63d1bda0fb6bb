// `varve/models`: windows, limits and prices of the models of the big providers, as of a day.
import { TABLE, UPDATED } from "./models/table.js";
import type { Media, Model } from "./types/models.js";

export type { Media, Model } from "./types/models.js";

/** By the bits of the table. */
const MEDIA: readonly Media[] = ["image", "audio", "video", "pdf"];

type Table = typeof TABLE;

/** The names of the models in the table. */
export type ModelName = { [P in keyof Table]: keyof Table[P] }[keyof Table] & string;

/** The models in the table, by name. Spread it, and set entries of your own over it. */
export const models: Readonly<Record<ModelName, Model>> = /* @__PURE__ */ read();

/** The day on which the table was made: `YYYY-MM-DD`. */
export const modelsUpdatedAt: string = UPDATED;

function read(): Record<ModelName, Model> {
  const entries = Object.entries(TABLE).flatMap(([provider, rows]) =>
    Object.entries(rows as Record<string, readonly number[]>).map(([name, row]) => {
      const [contextWindow, maxOutput, input, output, cacheRead, cacheWrite, media = 0] =
        row as number[];
      const prices = {
        input,
        output,
        ...(cacheRead && { cacheRead }),
        ...(cacheWrite && { cacheWrite }),
      };
      const accepts = Object.freeze(MEDIA.filter((_, bit) => media & (1 << bit)));
      return [name, Object.freeze({ provider, contextWindow, maxOutput, ...prices, accepts })];
    }),
  );
  return Object.freeze(Object.fromEntries(entries));
}
