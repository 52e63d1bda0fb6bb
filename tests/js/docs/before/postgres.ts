// What an application has before the code of docs/postgres.md: a database of another driver.
import { PGlite } from "@electric-sql/pglite";

const pglite = new PGlite();

export const db = {
  execute: (text: string, params: readonly (string | null)[]) =>
    pglite.query<Record<string, string | null>>(text, [...params]),
};
