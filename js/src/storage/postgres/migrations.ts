// Brings the tables up to date. All of it is one statement, a `DO` block, so that it works through
// drivers that run one statement a request, and happens as a whole or not at all.
import { storageError } from "../errors.js";
import type { PostgresRow } from "./drivers.js";
import { isMissing, NEWER_SCHEMA, sqlState } from "./errors.js";
import { MIGRATIONS } from "./schema.js";
import { identifier, TENANT_TABLES } from "./tables.js";

/** The version of the tables that this code works with. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** What to make. */
export interface SchemaOptions {
  /** Where the tables are. Default: `varve`. */
  readonly schema?: string | undefined;
  /** The version that is there already, whose statements are left out. Default: 0, none. */
  readonly from?: number | undefined;
  /** Also what `rowLevelSecurity` of `postgres()` needs. */
  readonly rowLevelSecurity?: boolean | undefined;
}

/**
 * The SQL that `migrate()` runs, for a migration tool: one statement, which does only what was not done
 * yet. Needs PostgreSQL 15 or later.
 */
export function postgresSchema(options: SchemaOptions = {}): string {
  return migrationTo(SCHEMA_VERSION, options);
}

/** The SQL that brings the tables to a version. */
export function migrationTo(
  version: number,
  { schema = "varve", from = 0, rowLevelSecurity = false }: SchemaOptions,
): string {
  const s = identifier(schema);
  const versions = `${s}.schema_versions`;
  const steps = MIGRATIONS.slice(0, version).map((migration, i) =>
    i < from
      ? ""
      : `
  IF NOT EXISTS (SELECT FROM ${versions} WHERE version = ${i + 1}) THEN${migration(s)}
    INSERT INTO ${versions} (version) VALUES (${i + 1});
  END IF;`,
  );
  return `DO $varve$
BEGIN
  IF to_regclass('${versions}') IS NULL THEN
    CREATE SCHEMA IF NOT EXISTS ${s};
    CREATE TABLE IF NOT EXISTS ${versions} (
      version integer PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    );
  END IF;
  -- Two at once: the second waits here, and then finds that everything is done.
  LOCK TABLE ${versions} IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM ${versions} WHERE version > ${version}) THEN
    RAISE EXCEPTION 'the tables are of version %, this is %',
      (SELECT max(version) FROM ${versions}), ${version} USING ERRCODE = '${NEWER_SCHEMA}';
  END IF;${steps.join("")}${rowLevelSecurity ? policies(s) : ""}
END
$varve$;
`;
}

/** Policies on every table that has a workspace. Tables that have them already are left alone. */
function policies(s: string): string {
  const own = "workspace = current_setting(''varve.workspace'', true)";
  const listed = TENANT_TABLES.map((name) => `'${name}'`).join(", ");
  return `
  DECLARE
    name text;
  BEGIN
    FOREACH name IN ARRAY ARRAY[${listed}] LOOP
      CONTINUE WHEN (SELECT relforcerowsecurity AND relrowsecurity FROM pg_class
        WHERE oid = format('${s}.%I', name)::regclass);
      EXECUTE format('DROP POLICY IF EXISTS workspaces ON ${s}.%I', name);
      EXECUTE format('CREATE POLICY workspaces ON ${s}.%I USING (${own}) WITH CHECK (${own})', name);
      EXECUTE format('ALTER TABLE ${s}.%I ENABLE ROW LEVEL SECURITY', name);
      EXECUTE format('ALTER TABLE ${s}.%I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
  END;`;
}

/** Another process makes the same things at this moment: looking again is enough. */
const BUSY: ReadonlySet<unknown> = new Set(["23505", "42P06", "42P07", "42710", "42723", "XX000"]);
const TRIES = 20;

/** Sends a statement as it is. */
export type Send = (text: string) => Promise<readonly PostgresRow[]>;

/** Migrates. `VersionTooNew`: the tables are of a newer version. `Blocked`: the role may not. */
export async function migrate(send: Send, options: SchemaOptions): Promise<void> {
  const text = postgresSchema(options);
  for (let tries = 1; ; tries++) {
    try {
      await send(text);
      return;
    } catch (error) {
      const state = sqlState((error as Error).cause);
      if (state === NEWER_SCHEMA) assertNotNewer(await inspect(send, options));
      if (!BUSY.has(state) || tries === TRIES) throw error;
    }
  }
}

/** What is there. */
export interface SchemaState {
  /** 0: nothing. */
  readonly version: number;
  /** Whether policies decide what this role sees. */
  readonly underPolicies: boolean;
  /** Whether all tables have policies that hold for their owner too. */
  readonly isForced: boolean;
}

/** Looks what is there. */
export async function inspect(
  send: Send,
  { schema = "varve" }: SchemaOptions,
): Promise<SchemaState> {
  const s = identifier(schema);
  const text = `SELECT max(version)::text AS version,
      row_security_active('${s}.repositories')::text AS active,
      (SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class
        WHERE relnamespace = '${s}'::regnamespace AND relname = ANY ('{${TENANT_TABLES}}'))::text AS forced
    FROM ${s}.schema_versions`;
  try {
    const [row] = await send(text);
    const version = Number(row?.version ?? 0);
    return {
      version,
      underPolicies: row?.active === "true",
      isForced: row?.forced === "true",
    };
  } catch (error) {
    if (isMissing((error as Error).cause)) {
      return { version: 0, underPolicies: false, isForced: false };
    }
    throw error;
  }
}

/** Refuses tables of a newer version. */
export function assertNotNewer({ version }: SchemaState): void {
  if (version <= SCHEMA_VERSION) return;
  throw storageError(
    "VersionTooNew",
    `the tables are of version ${version}, this version of varve knows ${SCHEMA_VERSION}; update it`,
    { details: { found: version, supported: SCHEMA_VERSION } },
  );
}

/** A role that sees the rows of every workspace, and why. */
export interface BypassingRole {
  readonly role: string;
  readonly reason: "superuser" | "bypassrls" | "owner";
}

/** Roles that can log in and that no policy holds for. Owners are among them where it is not forced. */
export async function bypassingRoles(
  send: Send,
  { schema = "varve" }: SchemaOptions,
): Promise<readonly BypassingRole[]> {
  const rows = await send(`SELECT rolname::text AS role,
      CASE WHEN rolsuper THEN 'superuser' WHEN rolbypassrls THEN 'bypassrls' ELSE 'owner' END AS reason
    FROM pg_roles AS r
    WHERE rolcanlogin AND (rolsuper OR rolbypassrls OR EXISTS (
      SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = '${schema}' AND c.relname = ANY ('{${TENANT_TABLES}}')
        AND c.relowner = r.oid AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    )) ORDER BY 1`);
  return rows.map(({ role, reason }) => ({ role, reason }) as BypassingRole);
}
