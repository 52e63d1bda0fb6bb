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

**A commit beside its floor.** A commit writes six pages of tables and an index where the bare INSERT writes one: its
statements alone, nothing of varve around them, took 1.1 to 1.6 times the floor in runs on a busy machine, the more the
faster the disk answered (\`node benches/storage/sqlite-floor.mjs\`). The rest is preparing, planning and crossing the
border twice.`,
);
