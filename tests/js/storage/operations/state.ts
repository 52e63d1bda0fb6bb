// What a repository amounts to.
import type { Repository } from "varve";
import { texts } from "../../repository/support.js";
import type { OurVarve } from "./kit.js";

const ALL = ["pending", "approved", "rejected", "expired", "stale", "executed", "failed"] as const;

/** All that can be asked of a repository, and what its varve lists. */
export async function stateOf(chat: Repository<never>, varve?: OurVarve) {
  const { commits } = await chat.history({ limit: 1000 });
  const ids = commits.flatMap(({ id }) => id ?? []);
  const { messages, tokenCount } = await chat.compile();
  const { title, metadata } = await chat.status();
  const operations = await chat.operations({ limit: 1000 });
  const transcript = await chat.transcript({ limit: 1000 });
  return {
    commits,
    messages: texts(messages),
    tokenCount,
    title,
    metadata,
    transcript: transcript.entries,
    branches: await chat.branches({ anonymous: true }),
    tags: await chat.tags(),
    operations,
    notes: await Promise.all(ids.map((id) => chat.notes(id))),
    annotations: await Promise.all(ids.map((id) => chat.annotations(id))),
    entries: await Promise.all(
      [...ids, ...commits.map(({ hash }) => hash)].map((ref) => chat.get(ref)),
    ),
    types: await chat.types(),
    policyConfig: chat.policyConfig,
    policies: await chat.policies.list(),
    proposals: await chat.policies.proposals({ states: ALL }),
    pending: (await chat.pending()).map(({ id, summaries }) => ({ id, summaries })),
    evaluations: (await chat.policies.evaluations({ limit: 1000 })).evaluations,
    // One that was made and never written is as good as none.
    listed: operations.length === 0 ? [] : (await varve?.list())?.repositories,
  };
}

export type State = Awaited<ReturnType<typeof stateOf>>;

/** What there is to see of it, but for how it came about and how often it was tried. */
export function gistOf({ messages, branches, entries, policies, proposals, ...rest }: State) {
  return {
    messages,
    branches: branches.map(({ name }) => name),
    tags: rest.tags,
    entries: entries.map((entry) => [entry?.status, entry?.priority]),
    policies,
    policyConfig: rest.policyConfig,
    proposals: proposals.map(({ kind, state }) => [kind, state === "executed"]),
  };
}
