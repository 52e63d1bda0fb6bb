// What stands behind neon(): an HTTP endpoint that takes one statement with parameters as JSON, and
// answers with rows of texts. Here a PGlite gives the answers.
import type { PGlite } from "@electric-sql/pglite";

/** A `fetch` for `neonConfig.fetchFunction`. */
export function answeredBy(
  pglite: PGlite,
): (url: string, init: { body: string }) => Promise<Response> {
  return async (_url, { body }) => {
    const { query, params } = JSON.parse(body) as { query: string; params: unknown[] };
    try {
      const { rows, fields } = await pglite.query<(string | null)[]>(query, params, {
        rowMode: "array",
      });
      const described = fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }));
      return Response.json({ fields: described, rows, rowCount: rows.length, command: "SELECT" });
    } catch (error) {
      const { message, code } = error as { message: string; code?: string };
      return Response.json({ message, code }, { status: 400 });
    }
  };
}
