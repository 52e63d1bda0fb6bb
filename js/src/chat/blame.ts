// Where what a message says comes from.
import type { CommitInfo } from "../types/commit.js";
import type { EntryInfo, History, HistoryOptions } from "../types/repository.js";
import type { Blame } from "../types/search.js";

/** What is asked of the repository. */
interface Asked {
  get(ref: string): Promise<EntryInfo | null>;
  history(options: HistoryOptions): Promise<History>;
}

/** Commits that are read at once. */
const PAGE = 500;

/** The commits behind entries, in the order of `ids`. */
export async function blame(asked: Asked, ids: readonly string[]): Promise<Blame[]> {
  const blames = new Map<string, Blame>();
  const open = new Set<string>();
  for (const id of ids) {
    const says = await asked.get(id);
    const isHere = says?.id === id && says.status !== "absent";
    blames.set(id, { id, ...(isHere && { says }), commits: [] });
    if (isHere) open.add(id);
  }
  const reverts = new Map<string, CommitInfo[]>();
  let before: string | undefined;
  while (open.size > 0) {
    const page = await asked.history({ limit: PAGE, before });
    for (const commit of page.commits) {
      const { operation, hash } = commit;
      // The newest come first: what reverts a commit is known when that one is met.
      const all = [commit, ...(reverts.get(hash) ?? [])];
      if (operation.kind === "revert") {
        reverts.set(operation.target, [...(reverts.get(operation.target) ?? []), ...all]);
      }
      for (const id of idsOf(commit)) if (open.has(id)) blames.get(id)?.commits.push(...all);
      // Nothing older is about the entry that it adds.
      if (operation.kind === "append" || operation.kind === "compact") open.delete(commit.id ?? "");
    }
    before = page.cursor;
    if (before === undefined) break;
  }
  return ids.map((id) => finished(blames.get(id) as Blame));
}

/** The entries that a commit is about. */
function idsOf({ id, operation }: CommitInfo): string[] {
  const compacted = operation.kind === "compact" ? operation.targets : [];
  return id === undefined ? compacted : [id, ...compacted];
}

function finished({ commits, ...blame }: Blame): Blame {
  const inOrder = [...new Set(commits)].sort((a, b) => a.height - b.height);
  const [first] = inOrder;
  const of = first?.operation.kind === "compact" && first.id === blame.id;
  return {
    ...blame,
    commits: inOrder,
    ...(of && { of: (first.operation as { targets: string[] }).targets }),
  };
}
