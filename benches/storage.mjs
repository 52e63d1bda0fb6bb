// What storing costs, each figure beside the store's own floor in the same run. Prints a table and
// writes benches/results/storage.md. Run it with: npm run bench -- storage
import { report } from "./lib/report.mjs";
import { postgresRows } from "./storage/postgres.mjs";
import { commitsToSqlite, opensFromSqlite, sizeInSqlite } from "./storage/sqlite.mjs";

const { row, write } = report("storage");

await commitsToSqlite(row);
await opensFromSqlite(row);
await sizeInSqlite(row);
await postgresRows(row);
write(
  "Storage",
  "200-byte messages, approximate counter.",
  `A floor is what the store itself takes for the same bytes, measured alternately in the same run; times are
medians. Opening is that of a fresh \`createVarve\` on a file that another process wrote, its module loaded and its file
in the cache of the system.

**A commit beside its floor.** What a commit takes beyond the bare INSERT hardly depends on the disk: it writes six pages
of tables and an index where the INSERT writes one, prepares, plans, and crosses the border twice. So the quicker the disk,
the larger the quotient. Both logs are written over when they are measured; while a log grows, a sync takes longer. A
slower disk is this one with a pause before each sync (\`benches/storage/slower-disk.c\`); what it comes to is told by the
floor beside it. The statements alone, without varve around them: \`node benches/storage/sqlite-floor.mjs\`.`,
);
