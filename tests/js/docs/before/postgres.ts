// What an application has before the code of docs/postgres.md: a database through another driver.
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

export const db = {
  execute: (text: string, params: readonly (string | null)[]) =>
    pool.query<Record<string, string | null>>(text, [...params]),
};
