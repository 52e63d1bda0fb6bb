// Reading the journal.
import type { CallOptions, RepositoryKey, StoredEntry } from "../../types/storage.js";
import { fromBase64 } from "./bytes.js";
import type { Connection } from "./connection.js";
import { corrupt, deleted } from "./errors.js";
import { int, sql } from "./sql.js";
import { isRepository, keyOf, owned, type Tables } from "./tables.js";

/** In bytes: rows of an answer are filled in order until they hold so much. */
export const ANSWER_BYTES: number = 2 ** 24;
/** The most rows of an answer. */
const ANSWER_ROWS = 10_000;

/** Up to `limit` entries behind number `after`, in order, without gaps. */
export async function readJournal(
  connection: Connection,
  tables: Tables,
  repository: RepositoryKey,
  { after, limit }: { readonly after: number; readonly limit: number },
  options?: CallOptions,
): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  while (entries.length < limit) {
    const wanted = Math.min(limit - entries.length, ANSWER_ROWS);
    const from = after + entries.length;
    const found = await readPage(connection, tables, repository, from, wanted, options);
    entries.push(...found.entries);
    if (found.isLast) break;
  }
  return entries;
}

/** As many of the entries wanted as one answer holds, one at least, and whether they are the last. */
async function readPage(
  { read }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  after: number,
  wanted: number,
  options?: CallOptions,
): Promise<{ entries: StoredEntry[]; isLast: boolean }> {
  const key = keyOf(repository);
  const statement = sql`SELECT j.seq::text AS seq, encode(j.hash, 'hex') AS hash,
      CASE WHEN j.before < ${int(ANSWER_BYTES)} THEN encode(j.bytes, 'base64') END AS bytes
    FROM ${tables.repositories} AS r LEFT JOIN LATERAL (
      SELECT p.seq, p.hash, p.bytes,
        sum(octet_length(p.bytes)) OVER (ORDER BY p.seq) - octet_length(p.bytes) AS before
      FROM (
        SELECT e.seq, e.hash, e.bytes FROM ${tables.journal} AS e
        WHERE ${owned("e", key)} AND e.seq > ${int(after)} ORDER BY e.seq LIMIT ${int(wanted)}
      ) AS p
    ) AS j ON true
    WHERE ${isRepository("r", key)} ORDER BY j.seq`;
  const workspace = key.workspace.value as string;
  const rows = await read(workspace, statement, ["seq", "hash", "bytes"], options);
  if (rows.length === 0) throw deleted();
  const found = rows.filter(({ seq }) => seq !== null);
  const whole = found.filter(({ bytes }) => bytes !== null);
  const entries = whole.map(({ seq, hash, bytes }, i) => {
    if (Number(seq) !== after + 1 + i) throw corrupt(`journal entry ${after + 1 + i} is missing`);
    return { seq: Number(seq), hash: hash as string, bytes: fromBase64(bytes as string) };
  });
  return { entries, isLast: found.length < wanted && whole.length === found.length };
}
