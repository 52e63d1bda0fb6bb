// Drives policies: what they ask for is logged, proposed or done. Loaded when one asks for the first time.
import { isVarveError, VarveError } from "../errors.js";
import type { Link } from "../handle.js";
import { toPlainJson } from "../plain.js";
import type { JsonObject, JsonValue } from "../types/json.js";
import type { Policy, PolicyAction, PolicyMode, PolicyTrigger } from "../types/policies.js";
import { changed, tell, waiting } from "./proposal.js";
import type { Fired } from "./registry.js";
import { retried } from "./retry.js";
import { type ViewReader, viewOf } from "./view.js";

/** What the driver needs of a handle. */
export interface Driven {
  readonly link: Link;
  /** Reads for policies of the application. */
  readonly reader: ViewReader;
  /** Compresses on behalf of a policy or a proposal; without a guard, only tells what would happen. */
  compress(action: PolicyAction, guard: Guard | undefined): Promise<Compression>;
}

/** On whose behalf something is done. */
export interface Guard {
  policy?: string | undefined;
  proposal?: string | undefined;
  log?: JsonObject;
}

/** What compressing did, or would do. */
export interface Compression {
  operation?: string | undefined;
  /** The entries that go. */
  ids: readonly string[];
  plan: JsonObject;
}

/** What the module says of policies. */
interface Stored {
  builtIn: { name: string; mode: PolicyMode }[];
  definitions: Record<string, StoredDefinition>;
  mode: PolicyMode | null;
  pause: { reason: string } | null;
  state: Record<string, { at: number; refused?: true }>;
}

interface StoredDefinition {
  enabled?: boolean;
  mode?: PolicyMode;
  cooldown?: number;
  expiresAfter?: number;
  priority?: number;
  config?: JsonValue;
}

/** How long a policy rests at least whose proposal was rejected or failed: as the built-in ones do. */
const REFUSED = 10 * 60 * 1000;
const WEEK = 7 * 24 * 60 * 60 * 1000;

/**
 * Sees to everything that policies of a trigger ask for, in order of their priority. True: something was done, so
 * what was compiled before is of the past. What fails is told by the event `policy` and the log; it never fails
 * the commit or compile that it came with.
 */
export async function drive(driven: Driven, trigger: PolicyTrigger): Promise<boolean> {
  const { registry } = driven.link.shared;
  registry.again.add(trigger);
  // A handler may write, and is awaited by what would be awaited here.
  if (registry.driving) return false;
  registry.driving = true;
  try {
    let acted = false;
    // Once more for what came meanwhile, and no oftener: policies could keep each other busy.
    for (let round = 0; round < 2; round++) {
      for (const due of [...registry.again]) {
        registry.again.delete(due);
        acted = (await seeTo(driven, due)) || acted;
      }
    }
    return acted;
  } finally {
    registry.driving = false;
    registry.again.clear();
  }
}

async function seeTo(driven: Driven, trigger: PolicyTrigger): Promise<boolean> {
  const { registry } = driven.link.shared;
  const fired = registry.fired.splice(0);
  const stored = await driven.link.call<Stored>("policies");
  if (stored.pause) return false;
  const own = [...registry.custom.values()].filter((policy) => policy.evaluateOn === trigger);
  const all = [
    ...fired.map((ask) => ({ priority: ask.priority, ask: async () => ask as Fired | undefined })),
    ...own.map((policy) => ({
      priority: stored.definitions[policy.name]?.priority ?? policy.priority ?? 1000,
      ask: () => evaluate(driven, policy, trigger, stored),
    })),
  ].sort((a, b) => a.priority - b.priority);
  let acted = false;
  for (const { ask } of all) {
    const asked = await ask();
    if (asked !== undefined && (await decide(driven, asked))) acted = true;
  }
  return acted;
}

/** Evaluates a policy of the application. */
async function evaluate(
  driven: Driven,
  policy: Policy,
  trigger: PolicyTrigger,
  stored: Stored,
): Promise<Fired | undefined> {
  const { link } = driven;
  const { name } = policy;
  const definition = stored.definitions[name] ?? {};
  if (definition.enabled === false) return undefined;
  const last = stored.state[name];
  const rest = Math.max(definition.cooldown ?? 0, last?.refused ? REFUSED : 0);
  const log = (row: object) => link.call("logEvaluation", { row: { policy: name, ...row } });
  if (last !== undefined && link.host.now() < last.at + rest) {
    await log({ outcome: "cooldown" });
    return undefined;
  }
  const view = viewOf(link, driven.reader, trigger, definition.config);
  let action: PolicyAction | null;
  try {
    action = await policy.evaluate(view);
    if (action !== null) checkAction(action);
  } catch (error) {
    await failed(driven, name, view.branch, error);
    return undefined;
  }
  const mode = definition.mode ?? stored.mode ?? policy.mode ?? "collaborative";
  if (action === null || mode === "manual") {
    await log(action === null ? { outcome: "quiet" } : { outcome: "manual", action });
    return undefined;
  }
  const expiresAfter = definition.expiresAfter ?? WEEK;
  return { policy: name, priority: 0, mode, expiresAfter, action, branch: view.branch };
}

/** True: something was done. */
async function decide(driven: Driven, asked: Fired): Promise<boolean> {
  const { policy, mode, action, branch, measured } = asked;
  try {
    if (mode !== "autonomous") {
      await propose(driven, asked);
      return false;
    }
    const log = { action, measured } as JsonObject;
    const operation = await execute(driven, action, { policy, log });
    const told = { policy, outcome: "executed", branch, action } as const;
    tell(driven.link, operation === undefined ? told : { ...told, operation });
    return operation !== undefined;
  } catch (error) {
    // Nothing is there to be compressed: that is no failure, and no news at the next turn.
    if (isVarveError(error, "Compression") && error.details.reason === "nothing")
      await driven.link.call("logEvaluation", { row: { policy, outcome: "quiet", measured } });
    else await failed(driven, policy, branch, error);
    return false;
  }
}

async function propose(driven: Driven, asked: Fired): Promise<void> {
  const { link } = driven;
  const { policy, action, measured, expiresAfter, branch } = asked;
  if ((await waiting(link)).some((proposal) => proposal.policy === policy)) {
    await link.call("logEvaluation", { row: { policy, outcome: "waits" } });
    return;
  }
  const compression =
    action.type === "compress" ? await driven.compress(action, undefined) : undefined;
  const body = { action, measured, plan: compression?.plan };
  const id = await link.call<string>("propose", {
    policy,
    body: compression ? { ...body, action: { ...action, ids: compression.ids } } : body,
    entries: compression?.ids ?? entriesOf(action),
    branches: branchesOf(action),
    expiresAt: link.host.now() + expiresAfter,
  });
  tell(driven.link, { policy, outcome: "proposed", branch, action, proposal: id });
  await changed(driven.link, id);
}

/** The entries that an action rests on. */
export function entriesOf(action: PolicyAction): string[] {
  return action.type === "annotate" ? (action.entries as { id: string }[]).map(({ id }) => id) : [];
}

/** The branches that an action rests on. */
export function branchesOf(action: PolicyAction): string[] {
  const { type, branches } = action as { type: string; branches?: string[] };
  return type === "archive" || type === "rebase" ? (branches ?? []) : [];
}

/** Does an action; tells its operation, if it came to one. */
export async function execute(
  driven: Driven,
  action: PolicyAction,
  guard: Guard,
): Promise<string | undefined> {
  const { link } = driven;
  const name = guard.policy ?? "";
  let handled = false;
  const attempt = async (): Promise<string | undefined> => {
    if (action.type === "compress") return (await driven.compress(action, guard)).operation;
    if (BUILT_IN.has(action.type)) return link.call("act", { action, guard });
    const handler = link.shared.registry.handlers.get(action.type);
    if (handler === undefined) throw missing(name, action.type);
    // What it did is done, though writing that down may have to be tried again.
    if (!handled)
      await handler(action as never, { policy: guard.policy, proposal: guard.proposal });
    handled = true;
    return link.call("act", { guard });
  };
  return retried(link, name, attempt, async (error, number) => {
    const row = { policy: name, outcome: "retried", try: number, error: String(error) };
    await link.call("logEvaluation", { row });
  });
}

/** Actions that the module does by itself. */
export const BUILT_IN: ReadonlySet<string> = new Set(["annotate", "branch", "archive", "rebase"]);

async function failed(
  driven: Driven,
  policy: string,
  branch: string,
  error: unknown,
): Promise<void> {
  const row = { policy, outcome: "failed", error: String(error) };
  await driven.link.call("logEvaluation", { row });
  tell(driven.link, { policy, outcome: "failed", branch, error });
}

/** Fails where what a policy of the application asks for is no action. */
export function checkAction(action: PolicyAction): void {
  const type: unknown = action?.type;
  const known =
    typeof type === "string" && (BUILT_IN.has(type) || type === "compress" || type.includes(":"));
  if (!known) {
    const expected =
      "compress, annotate, branch, archive, rebase, or a type of the application's with a colon in it";
    throw new VarveError(
      "Validation",
      `an action needs a type: ${expected}; found ${String(type)}`,
      {
        pointer: "/type",
        expected,
      },
    );
  }
  toPlainJson(action);
}

/** The error where nobody here does an action. */
export function missing(policy: string, type: string): VarveError {
  const message = `nothing here does ${type}; give policies.handle("${type}", …) in every process that approves`;
  return new VarveError("PolicyExecution", message, { policy, tries: 0 });
}
