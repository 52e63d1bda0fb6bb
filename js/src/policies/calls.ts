// What `chat.policies` does besides driving policies. Loaded when it is asked for.
import { VarveError } from "../errors.js";
import { own } from "../plain.js";
import type {
  Evaluations,
  EvaluationsQuery,
  PolicyAction,
  PolicyDefinition,
  PolicyDefinitions,
  PolicyInfo,
  PolicyMode,
  PolicyTrigger,
  Proposal,
  ProposalsQuery,
} from "../types/policies.js";
import { branchesOf, checkAction, type Driven, drive, entriesOf } from "./driver.js";
import { changed, notFound, proposalOf } from "./proposal.js";

export { waiting } from "./proposal.js";

import type { Fired } from "./registry.js";

interface Listed {
  builtIn: {
    name: string;
    enabled: boolean;
    mode: PolicyMode;
    evaluateOn: PolicyTrigger;
    priority: number;
  }[];
  definitions: Record<string, PolicyDefinition & Record<string, never>>;
  mode: PolicyMode | null;
}

export async function configure(driven: Driven, definitions: PolicyDefinitions): Promise<void> {
  const { link } = driven;
  const given = own(definitions);
  await link.call("setPolicies", { definitions: given });
  link.shared.touch();
  const pin = given["auto-pin"];
  if (pin?.enabled !== true) return;
  // What is there is looked at as well, however much that is.
  link.shared.registry.fired.push(...(await link.call<Fired[]>("scan", { policy: "auto-pin" })));
  await drive(driven, "commit");
}

export async function list(driven: Driven): Promise<PolicyInfo[]> {
  const { builtIn, definitions, mode } = await driven.link.call<Listed>("policies");
  const of = (name: string) => {
    const definition = definitions[name];
    return definition === undefined ? {} : { definition };
  };
  const varves = builtIn.map((policy) => {
    const chosen = definitions[policy.name]?.mode ?? mode ?? policy.mode;
    return { ...policy, mode: chosen, builtIn: true, ...of(policy.name) };
  });
  const customs = [...driven.link.shared.registry.custom.values()].map((policy) => {
    const { enabled = true, mode: chosen, priority } = definitions[policy.name] ?? {};
    return {
      name: policy.name,
      enabled,
      mode: chosen ?? mode ?? policy.mode ?? "collaborative",
      evaluateOn: policy.evaluateOn,
      priority: priority ?? policy.priority ?? 1000,
      builtIn: false,
      ...of(policy.name),
    };
  });
  return [...varves, ...customs].sort((a, b) => a.priority - b.priority);
}

export async function proposals(driven: Driven, query: ProposalsQuery): Promise<Proposal[]> {
  const { states = ["pending"], ...rest } = own(query);
  const ids = await driven.link.call<string[]>("proposals", { ...rest, states });
  const found: Proposal[] = [];
  for (const id of ids) {
    const proposal = await proposalOf(driven.link, id);
    if (proposal) found.push(proposal);
  }
  return found;
}

export async function reject(
  driven: Driven,
  of: string | Proposal,
  reason: string | undefined,
): Promise<Proposal> {
  const id = idOf(of);
  const more = reason === undefined ? {} : { reason };
  await driven.link.call("settle", { id, to: "rejected", more });
  return changed(driven.link, id);
}

export async function edit(
  driven: Driven,
  of: string | Proposal,
  action: PolicyAction,
): Promise<Proposal> {
  const id = idOf(of);
  checkAction(action);
  const now = await proposalOf(driven.link, id);
  if (now === undefined) throw notFound(id);
  if (now.kind !== action.type) {
    const message = `a proposal stays what it is: ${now.kind}, not ${action.type}`;
    throw new VarveError("Validation", message, { pointer: "/type" });
  }
  const shown = typeof of === "string" ? now.body : of.body;
  const compression =
    action.type === "compress" ? await driven.compress(action, undefined) : undefined;
  const entries = compression?.ids ?? entriesOf(action);
  const branches = branchesOf(action);
  const body = compression
    ? { action: { ...action, ids: compression.ids }, plan: compression.plan }
    : { action };
  await driven.link.call("settle", { id, to: "pending", shown, body, entries, branches });
  return changed(driven.link, id);
}

export async function evaluations(driven: Driven, query: EvaluationsQuery): Promise<Evaluations> {
  const { cursor, ...page } = await driven.link.call<Evaluations & { cursor: string | null }>(
    "evaluations",
    own(query),
  );
  return cursor === null ? page : { ...page, cursor };
}

function idOf(of: string | Proposal): string {
  return typeof of === "string" ? of : of.id;
}
