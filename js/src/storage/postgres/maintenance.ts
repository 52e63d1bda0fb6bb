// What an erasure asks of the server.
import type { Send } from "./migrations.js";
import { identifier } from "./tables.js";

/**
 * Frees the space of deleted objects, or writes their tables anew. The server only warns those that may
 * not, where no driver would notice, so the role is looked at first.
 */
export async function vacuum(
  send: Send,
  schema: string,
  how: "vacuum" | "vacuum full",
  onNotice: (message: string) => void,
): Promise<void> {
  const s = identifier(schema);
  const [row] = await send(`SELECT current_user::text AS role,
      pg_has_role(relowner, 'USAGE')::text AS owns
    FROM pg_class WHERE oid = '${s}.blobs'::regclass`);
  if (row?.owns !== "true") {
    onNotice(
      `role ${row?.role} does not own the tables of schema ${schema}: unless it has MAINTAIN on them, erased bytes stay until the server's own VACUUM`,
    );
  }
  const options = how === "vacuum full" ? "(FULL)" : "(INDEX_CLEANUP ON)";
  await send(`VACUUM ${options} ${s}.blobs, ${s}.segments`);
}
