// Proposals as they stand, and who is told when they change.
import { isVarveError, VarveError } from "../errors.js";
import type { Link } from "../handle.js";
import type { PolicyEvent, Proposal } from "../types/policies.js";

/** A proposal as it stands. */
export async function proposalOf(link: Link, id: string): Promise<Proposal | undefined> {
  const found = await link.call<(Proposal & { basis?: unknown }) | null>("proposal", { id });
  if (found === null) return undefined;
  const { basis: _, ...proposal } = found;
  return Object.freeze(proposal);
}

/** The proposals that wait, and rest on what is still so, the newest first. Others are stale from now on. */
export async function waiting(link: Link): Promise<Proposal[]> {
  const fresh: Proposal[] = [];
  for (const id of await link.call<string[]>("proposals", { states: ["pending"] })) {
    if (await wentStale(link, id)) continue;
    const proposal = await proposalOf(link, id);
    if (proposal?.state === "pending") fresh.push(proposal);
  }
  return fresh;
}

/** Whether a proposal that waits rests on what is no more: then that is written down. */
export async function wentStale(link: Link, id: string): Promise<boolean> {
  if (await link.call<boolean>("holds", { id })) return false;
  try {
    await link.call("settle", { id, to: "stale" });
    await changed(link, id);
  } catch (error) {
    // Somebody else settled it meanwhile.
    if (!isVarveError(error, "StaleProposal") && !isVarveError(error, "Conflict")) throw error;
  }
  return true;
}

/** Tells of a proposal that changed. */
export async function changed(link: Link, id: string): Promise<Proposal> {
  const proposal = (await proposalOf(link, id)) as Proposal;
  link.shared.touch();
  link.shared.events.emit("proposal", Object.freeze({ type: "proposal", proposal }));
  return proposal;
}

/** Tells what became of what a policy asked for. */
export function tell(link: Link, event: Omit<PolicyEvent, "type">): void {
  link.shared.touch();
  link.shared.events.emit("policy", Object.freeze({ type: "policy", ...event }));
}

/** The error where there is no such proposal. */
export function notFound(id: string): VarveError {
  return new VarveError("ProposalNotFound", `there is no proposal ${id}`, { id });
}
