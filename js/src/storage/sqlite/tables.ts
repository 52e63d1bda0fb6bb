// Names of tables. They are the only texts that are put into SQL, so they are checked.
import { VarveError } from "../../errors.js";

/** The tables and views, with their prefix. */
export interface Tables {
  readonly meta: string;
  readonly repositories: string;
  readonly journal: string;
  readonly blobs: string;
  readonly logs: string;
  readonly checkpoints: string;
  readonly segments: string;
  readonly commits: string;
  readonly refs: string;
  readonly annotations: string;
  readonly commitView: string;
  readonly blobView: string;
  readonly refView: string;
  readonly annotationView: string;
  readonly blobsByHash: string;
}

/**
 * Texts made of these names, made once: to put a statement together takes longer than to run it, and drivers know
 * prepared statements by their texts.
 */
export function onceFor<T>(make: (tables: Tables) => T): (tables: Tables) => T {
  const made = new WeakMap<Tables, T>();
  return (tables) => {
    const known = made.get(tables);
    if (known !== undefined) return known;
    const fresh = make(tables);
    made.set(tables, fresh);
    return fresh;
  };
}

/** The prefix of tables where nobody chose one. */
export const DEFAULT_PREFIX = "varve_";

/**
 * Names with a prefix: letters, digits and `_`, not beginning with a digit or `sqlite_`, 40 at most.
 * Errors: `Validation`.
 */
export function tablesOf(prefix: string = DEFAULT_PREFIX): Tables {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(prefix) || /^sqlite_/i.test(prefix)) {
    const expected = "letters, digits and _, not beginning with a digit or sqlite_, 40 at most";
    throw new VarveError(
      "Validation",
      `the table prefix is ${JSON.stringify(prefix)}, expected ${expected}`,
      { pointer: "/tablePrefix", expected },
    );
  }
  return {
    meta: `${prefix}meta`,
    repositories: `${prefix}repositories`,
    journal: `${prefix}journal`,
    blobs: `${prefix}blobs`,
    logs: `${prefix}logs`,
    checkpoints: `${prefix}checkpoints`,
    segments: `${prefix}segments`,
    commits: `${prefix}commits`,
    refs: `${prefix}refs`,
    annotations: `${prefix}annotations`,
    commitView: `${prefix}commit_view`,
    blobView: `${prefix}blob_view`,
    refView: `${prefix}ref_view`,
    annotationView: `${prefix}annotation_view`,
    blobsByHash: `${prefix}blobs_by_hash`,
  };
}
