// Brings tables up to date: each step is one transaction that aborts itself where another process took
// the same step first.
import { storageError } from "../errors.js";
import type { SqliteDriver } from "./driver.js";
import { isConstraint } from "./errors.js";
import { MIGRATIONS, type Migration, metaTable } from "./schema.js";
import type { Tables } from "./tables.js";

/** The version of the tables that are there; 0: there are none. */
async function schemaVersion(driver: SqliteDriver, tables: Tables): Promise<number> {
  const there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
  const [table] = await driver.rows({ sql: there, values: [tables.meta] });
  if (table === undefined) return 0;
  const sql = `SELECT value FROM ${tables.meta} WHERE name = 'schema'`;
  const [row] = await driver.rows({ sql, values: [] });
  return Number(row?.[0] ?? 0);
}

/** Runs the migrations that are missing. Errors: `VersionTooNew`, and those of the driver. */
export async function migrate(
  driver: SqliteDriver,
  tables: Tables,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  for (let failed = -1; ; ) {
    const version = await schemaVersion(driver, tables);
    refuseNewer(version, migrations.length);
    const next = migrations[version];
    if (next === undefined) return;
    const plain = (sql: string) => ({ sql, values: [] });
    // Fails where the version is another one by now: the first as a duplicate, the others by NOT NULL.
    const step =
      version === 0
        ? `INSERT INTO ${tables.meta} (name, value) VALUES ('schema', 1)`
        : `UPDATE ${tables.meta} SET value = CASE value WHEN ${version} THEN ${version + 1} END WHERE name = 'schema'`;
    try {
      await driver.batch([metaTable(tables), step, ...next(tables)].map(plain));
    } catch (error) {
      if (!isConstraint(error) || version === failed) throw error;
      failed = version;
    }
  }
}

/** Errors: `VersionTooNew`; `Unavailable`, if the tables are not there or too old. */
export async function requireSchema(driver: SqliteDriver, tables: Tables): Promise<void> {
  const version = await schemaVersion(driver, tables);
  const wanted = MIGRATIONS.length;
  refuseNewer(version, wanted);
  if (version === wanted) return;
  const found = version === 0 ? "there are none" : `they have version ${version}`;
  const message = `the tables should have version ${wanted}, ${found}; call migrate(), or run what sqliteSchema() says`;
  throw storageError("Blocked", message);
}

function refuseNewer(found: number, supported: number): void {
  if (found <= supported) return;
  const message = `the tables have version ${found}, made by a newer version of varve; this one knows ${supported}`;
  throw storageError("VersionTooNew", message, { details: { found, supported } });
}
