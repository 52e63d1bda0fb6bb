// Proposals as they stand, and who is told when they change.
import { VarveError } from "../errors.js";
import type { Link } from "../handle.js";
import type { PolicyEvent, Proposal } from "../types/policies.js";

/** A proposal as it stands. */
export async function proposalOf(link: Link, id: string): Promise<Proposal | undefined> {
  const found = await link.call<(Proposal & { basis?: unknown }) | null>("proposal", { id });
  if (found === null) return undefined;
  const { basis: _, ...proposal } = found;
  return Object.freeze(proposal);
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
