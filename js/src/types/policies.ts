// Policies: what a context does to keep itself in shape, and who has the last word.

import type { Annotation, Priority } from "./annotation.js";
import type { Transcript, TranscriptOptions } from "./chat.js";
import type { JsonInput, JsonObject, JsonValue } from "./json.js";
import type { BranchInfo, EntryInfo, History, HistoryOptions, Status } from "./repository.js";

/** What becomes of what a policy asks for: it is logged, proposed, or done. */
export type PolicyMode = "manual" | "collaborative" | "autonomous";

/** When a policy is evaluated: after each commit, or in `prepare` before each compile. */
export type PolicyTrigger = "commit" | "compile";

/** What every policy can be told. Stored with the repository; times are milliseconds. */
export interface PolicyDefinition {
  /** Whether it is evaluated. */
  enabled?: boolean;
  /** Default: as the repository says (`setMode`), else the policy's own. */
  mode?: PolicyMode;
  /** How long it rests after it acted, or was refused. Default: 0; after a refusal ten minutes. */
  cooldown?: number;
  /** How long a proposal waits. Default: a week. */
  expiresAfter?: number;
  /** Those of lower priority come first. */
  priority?: number;
}

/** A rule of `auto-pin`: an entry fits where everything that is given fits. */
export interface PinRule {
  contentType?: string;
  role?: "system" | "developer" | "user" | "assistant" | "tool";
  /** The text holds this. */
  text?: string;
  /** The text matches this regular expression. */
  pattern?: string;
  /** Its flags: `i`, `u` … */
  flags?: string;
  /** What it becomes. Default: `pinned`. */
  priority?: "pinned" | "normal" | "skip";
}

/** `auto-pin`: pins `instruction` and `session`, and what rules choose. The first rule that fits holds. */
export interface AutoPinDefinition extends PolicyDefinition {
  rules?: readonly PinRule[];
}

/** `auto-compress`: compresses before the context is full. */
export interface AutoCompressDefinition extends PolicyDefinition {
  /** The share of the budget from which on it acts: above 0, at most 1. Default: 0.9. */
  threshold?: number;
  /** The last entries that stay. Default: 0. */
  preserveRecent?: number;
  /** What all summaries may take of the budget: above 0, at most 1. Default: 0.3, with `cachedRatio` 0.1. */
  summaryShare?: number;
  /** The price of cached input as a share of other input, 0.1 say: then it acts when that pays, not at `threshold`. */
  cachedRatio?: number;
  /** How many calls of the model are to come, where that is known: what they do not win back is not done. */
  expectedCalls?: number;
}

/** `auto-branch`: proposes a branch where the kind of content changes again and again. */
export interface AutoBranchDefinition extends PolicyDefinition {
  /** Changes of content type. Default: 4. */
  changes?: number;
  /** Within so many last entries. Default: 5. */
  window?: number;
}

/** `auto-rebase`: archives short branches that nobody works on any more. */
export interface AutoRebaseDefinition extends PolicyDefinition {
  /** At most so many commits of its own. Default: 3. */
  maxCommits?: number;
  /** Unmoved for so long. Default: a week. */
  idle?: number;
  /** What goes before its name. Default: `archive/`. */
  prefix?: string;
}

/** A policy of the application: anything under `config` is handed to it. */
export interface CustomDefinition extends PolicyDefinition {
  config?: JsonInput;
}

/** What `configure` takes, by name; null takes away what was configured. */
export interface PolicyDefinitions {
  "auto-pin"?: AutoPinDefinition | null;
  "auto-compress"?: AutoCompressDefinition | null;
  "auto-branch"?: AutoBranchDefinition | null;
  "auto-rebase"?: AutoRebaseDefinition | null;
  [name: string]:
    | CustomDefinition
    | AutoPinDefinition
    | AutoCompressDefinition
    | AutoBranchDefinition
    | AutoRebaseDefinition
    | null
    | undefined;
}

/** What a policy asks for. Plain JSON: it is stored, shown, and changed before it is done. */
export type PolicyAction =
  | {
      type: "compress";
      preserveRecent?: number;
      from?: string;
      to?: string;
      ids?: string[];
      targetTokens?: number;
      /** At most so many tokens of all summaries that it makes, however much there is. */
      maxSummaryTokens?: number;
      instructions?: string;
    }
  | { type: "annotate"; entries: { id: string; priority: Priority }[]; reason?: string }
  | { type: "branch"; name: string; from: string }
  | { type: "archive"; branches: string[]; prefix: string }
  /** Puts branches behind the default branch: what only they have is copied, entries keep their ids. */
  | { type: "rebase"; branches: string[] }
  | CustomAction;

/** An action of the application: done by the handler of its `type`. */
export interface CustomAction {
  type: `${string}:${string}`;
  [member: string]: JsonInput;
}

/** What a policy looks at. It reads, and changes nothing. */
export interface PolicyView {
  /** Why it is asked: entries came or changed, or a model is about to read. */
  readonly trigger: PolicyTrigger;
  /** The branch that it looks at. */
  readonly branch: string;
  /** The hash of the commit on which the branch stands; undefined: it has none yet. */
  readonly head: string | undefined;
  /** UTC milliseconds. */
  readonly now: number;
  /** What was configured for it. */
  readonly config: JsonValue | undefined;
  /** Tokens and entries, by content type and role; the budget. */
  status(): Promise<Status>;
  /** The entries as they read now, the newest page first. */
  transcript(options?: TranscriptOptions): Promise<Transcript>;
  /** The commits, newest first. */
  history(options?: HistoryOptions): Promise<History>;
  /** An entry by its id, a commit by its hash; null: there is none. */
  get(ref: string): Promise<EntryInfo | null>;
  /** The annotations of an entry. */
  annotations(id: string): Promise<Annotation[]>;
  /** The branches, by name. */
  branches(): Promise<BranchInfo[]>;
}

/** A policy of the application. Not stored: register it in every process. */
export interface Policy {
  readonly name: string;
  /** Those of lower priority come first. Default: 1000. */
  readonly priority?: number;
  readonly evaluateOn: PolicyTrigger;
  /** Where neither it nor the repository is configured otherwise. Default: `collaborative`. */
  readonly mode?: PolicyMode;
  /** Says what should be done, or null. Fast: it is awaited after every commit, or before every compile. */
  evaluate(view: PolicyView): PolicyAction | null | Promise<PolicyAction | null>;
}

/** Does an action of the application. What it throws fails the action; see `PolicyExecution`. */
export type ActionHandler<A extends CustomAction = CustomAction> = (
  action: A,
  context: { policy: string | undefined; proposal: string | undefined },
) => void | Promise<void>;

/** How far a proposal is. */
export type ProposalState =
  | "pending"
  | "approved"
  | "rejected"
  | "expired"
  | "stale"
  | "executed"
  | "failed";

/** What somebody shall say yes or no to. */
export interface Proposal {
  readonly id: string;
  readonly state: ProposalState;
  /** The policy that asks; absent where the application did. */
  readonly policy?: string;
  /** The `type` of the action. */
  readonly kind: string;
  readonly branch: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly expiresAt?: number;
  readonly settledAt?: number;
  /** The hash of everything that is shown here: what `approve` of this object is bound to. */
  readonly body: string;
  /** What will be done. Absent once it is settled and `gc` took it. */
  readonly action?: PolicyAction;
  /** What the policy went by. */
  readonly measured?: JsonObject;
  /** What compressing would do: see `compress({ plan: true })`. */
  readonly plan?: JsonObject;
  /** Why it was rejected, or failed. */
  readonly reason?: string;
  /** The operation that did it: `undo` takes it. */
  readonly operation?: string;
}

/** A policy, as `list` shows it. */
export interface PolicyInfo {
  name: string;
  builtIn: boolean;
  enabled: boolean;
  mode: PolicyMode;
  evaluateOn: PolicyTrigger;
  priority: number;
  /** What was configured. */
  definition?: PolicyDefinition & JsonObject;
}

/** A row of the log of evaluations. */
export interface PolicyEvaluation {
  /** UTC milliseconds; with `count`, of the first. */
  at: number;
  policy: string;
  branch: string;
  /** `quiet`: it asked for nothing. `waits`: a proposal of it is open. */
  outcome:
    | "quiet"
    | "manual"
    | "cooldown"
    | "waits"
    | "proposed"
    | "edited"
    | "approved"
    | "rejected"
    | "expired"
    | "stale"
    | "executed"
    | "retried"
    | "failed";
  /** Evaluations that came to the same, one after the other, up to `until`. */
  count?: number;
  until?: number;
  measured?: JsonValue;
  action?: JsonObject;
  proposal?: string;
  operation?: string;
  reason?: string;
  error?: string;
  try?: number;
}

/** What `evaluations` takes. Times are UTC milliseconds. */
export interface EvaluationsQuery {
  since?: number;
  /** Before this time. */
  until?: number;
  /** Members that must be equal: `{ policy: "auto-pin", outcome: "executed" }`. */
  where?: JsonObject;
  /** Default: 100. */
  limit?: number;
  /** The newest first. Default: true. */
  reverse?: boolean;
  cursor?: string;
}

/** A page of the log. */
export interface Evaluations {
  evaluations: PolicyEvaluation[];
  /** Give it for the next page; absent on the last. */
  cursor?: string;
}

/** What `proposals` takes. */
export interface ProposalsQuery {
  /** Default: `["pending"]`. */
  states?: readonly ProposalState[];
  /** The id of the last one of the page before. */
  before?: string;
  /** Default: 100. */
  limit?: number;
}

/** When and how the context is compressed, as the owner of a repository says it. */
export interface PolicyConfig {
  /** `auto-compress` acts from this share of the budget on: above 0, at most 1. */
  threshold: number;
  /** The last entries that stay. */
  preserveRecentCount: number;
  enabled: boolean;
}

/** A policy made, changed or settled a proposal. */
export interface ProposalEvent {
  readonly type: "proposal";
  readonly proposal: Proposal;
}

/** Something became of what a policy asked for. */
export interface PolicyEvent {
  readonly type: "policy";
  readonly policy: string;
  readonly outcome: PolicyEvaluation["outcome"];
  readonly branch: string;
  readonly action?: PolicyAction;
  readonly proposal?: string;
  readonly operation?: string;
  readonly error?: unknown;
}
