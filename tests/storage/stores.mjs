// The stores that several processes of a test share, by a description that fits on a command line.

/** A new handle on the store: `{ kind: "sqlite", file }` or `{ kind: "postgres", url, schema? }`. */
export async function openStore({ kind, ...where }) {
  if (kind === "sqlite") {
    const { sqlite } = await import("varve/storage/sqlite");
    return sqlite(where.file);
  }
  if (kind === "postgres") {
    const { postgres } = await import("varve/storage/postgres");
    return postgres(where.url, where.schema === undefined ? {} : { schema: where.schema });
  }
  throw new Error(`there is no store of the kind ${kind}`);
}
