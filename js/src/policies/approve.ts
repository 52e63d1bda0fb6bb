// A yes to a proposal: the approval is written, then what it approves is done.
import { isVarveError } from "../errors.js";
import type { Link } from "../handle.js";
import type { PolicyAction, Proposal } from "../types/policies.js";
import { BUILT_IN, type Driven, execute, missing } from "./driver.js";
import { changed, notFound, proposalOf, wentStale } from "./proposal.js";

/** What `approve` does: the approval is written first, and used once. */
export async function approve(driven: Driven, of: string | Proposal): Promise<Proposal> {
  const { link } = driven;
  const id = typeof of === "string" ? of : of.id;
  await link.call("refresh"); // somebody else may have settled it, or let policies go on
  const proposal = await proposalOf(link, id);
  if (proposal === undefined) throw notFound(id);
  const { action, policy } = proposal;
  if (action && !canDo(link, action)) throw missing(policy ?? "", action.type);
  if (proposal.state !== "approved") {
    const shown = typeof of === "string" ? proposal.body : of.body;
    await link.call("settle", { id, to: "approved", shown }).catch(async (error) => {
      if (isVarveError(error, "StaleProposal") && proposal.state === "pending")
        await wentStale(link, id);
      throw error;
    });
  }
  try {
    await execute(driven, action as PolicyAction, { policy, proposal: id });
  } catch (error) {
    await gaveUp(driven, id, error);
    throw error;
  }
  return changed(driven.link, id);
}

/** An approval that came to nothing, unless it can still be used. */
async function gaveUp(driven: Driven, id: string, error: unknown): Promise<void> {
  if (isVarveError(error, "PolicyPaused")) return;
  const to = isVarveError(error, "StaleProposal") ? "stale" : "failed";
  const more = { reason: error instanceof Error ? error.message : String(error) };
  try {
    await driven.link.call("settle", { id, to, more });
    await changed(driven.link, id);
  } catch {
    // Somebody else settled it, which is why this failed; the first error says more.
  }
}

function canDo(link: Link, action: PolicyAction): boolean {
  const { type } = action;
  return type === "compress" || BUILT_IN.has(type) || link.shared.registry.handlers.has(type);
}
