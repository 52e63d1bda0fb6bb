// What `postgres()` is given and gives.
import type { Durability, StorageAdapter } from "../../types/storage.js";
import type { BypassingRole } from "./migrations.js";

/** How to keep repositories in PostgreSQL. */
export interface PostgresOptions {
  /** The schema that the tables are in: letters, digits and underscores. Default: `varve`. */
  readonly schema?: string | undefined;
  /**
   * `auto`, the default: the first call makes the tables or brings them up to date, if they are not.
   * `manual`: only `migrate()` does, and calls fail with `Blocked` before.
   */
  readonly migrate?: "auto" | "manual" | undefined;
  /**
   * Has the server itself keep workspaces apart, by policies on every table, also against queries that
   * are not varve's. Default: false; where the policies are there already they are obeyed all the same.
   */
  readonly rowLevelSecurity?: boolean | undefined;
  /**
   * What `scrub` does after an erasure. `vacuum`, the default, frees the space of deleted rows for new
   * ones. `vacuum full` writes the tables of objects anew, and locks them meanwhile.
   */
  readonly scrub?: "vacuum" | "vacuum full" | undefined;
  /** The largest object or entry, in bytes. Default: 32 MiB. */
  readonly maxObjectBytes?: number | undefined;
  /** Default: what the driver says; `strict` for servers. See `synchronous_commit`. */
  readonly durability?: Durability | undefined;
  /**
   * Whether postgres.js may use named prepared statements: half the round trips, but not behind every
   * transaction pooler. Default: false. The other drivers never do.
   */
  readonly prepare?: boolean | undefined;
  /** Hears of what is not an error but should be known. Default: Node's `process.emitWarning`. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

/** Repositories in PostgreSQL. */
export interface PostgresStorage extends StorageAdapter {
  migrate(): Promise<void>;
  scrub: NonNullable<StorageAdapter["scrub"]>;
  reproject: NonNullable<StorageAdapter["reproject"]>;
  close(): Promise<void>;
  /**
   * Roles that can log in and that see the rows of every workspace, whatever the policies say:
   * superusers, those with `BYPASSRLS`, and owners of tables without `FORCE`.
   */
  bypassingRoles(): Promise<readonly BypassingRole[]>;
}
