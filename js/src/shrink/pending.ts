// Compressions that wait for somebody's word: proposals whose summaries are written already.
import { isVarveError, VarveError } from "../errors.js";
import type { OperationOptions } from "../types/commit.js";
import type { JsonObject } from "../types/json.js";
import type {
  Compression,
  PendingCompression,
  ProposedSummary,
  SummaryText,
} from "../types/shrink.js";
import { commitAll, type NativeCompaction, savedBy, summarized } from "./compaction.js";
import type { Place } from "./place.js";
import { checkGiven } from "./summary.js";

/** Proposals that are listed at once. */
const PAGE = 100;

/** A proposal, as the module gives it. */
interface NativeProposal {
  readonly id: string;
  readonly at: number;
  readonly branch: string;
  readonly kind: string;
  readonly state: string;
  /** The hash of what is shown. */
  readonly body: string;
  readonly action?: Action;
  readonly plan?: { tokensBefore: number; tokensAfter: number };
}

/** What is proposed: what `compress` was asked, and the summaries that came of it. */
interface Action {
  readonly type: "compress";
  readonly operationId?: string;
  /** What the commits will say besides: author, note, metadata, labels. */
  readonly commit?: OperationOptions;
  readonly summaries?: readonly NativeCompaction[];
}

type WithSummaries = Action & Required<Pick<Action, "summaries">>;

/** Proposes summaries. */
export async function propose(
  place: Place,
  tokens: number,
  summaries: readonly NativeCompaction[],
  parameters: object,
): Promise<PendingCompression> {
  const action = { ...parameters, type: "compress", summaries };
  const id = await place.link.call<string>("propose", bodyOf(action, tokens, summaries));
  place.link.shared.touch();
  return waiting(place, (await proposalOf(place, id)) as NativeProposal);
}

/** The one that an operation of this name proposed, if it waits. */
export async function proposed(
  place: Place,
  operationId: string | undefined,
): Promise<PendingCompression | undefined> {
  if (operationId === undefined) return undefined;
  for (const proposal of await proposals(place))
    if (proposal.action?.operationId === operationId) return waiting(place, proposal);
  return undefined;
}

/** See `Shrinker.pending`. */
export async function pending(place: Place): Promise<PendingCompression[]> {
  return (await proposals(place)).map((proposal) => waiting(place, proposal));
}

async function proposals(place: Place): Promise<NativeProposal[]> {
  const found: NativeProposal[] = [];
  let before: string | undefined;
  do {
    const page = { states: ["pending"], limit: PAGE, before };
    const ids: string[] = await place.link.call("proposals", page);
    for (const id of ids) {
      const proposal = await proposalOf(place, id);
      if (proposal?.kind === "compress" && proposal.action?.summaries !== undefined) {
        found.push(proposal);
      }
    }
    before = ids.length < PAGE ? undefined : ids.at(-1);
  } while (before !== undefined);
  return found;
}

const proposalOf = (place: Place, id: string): Promise<NativeProposal | null> =>
  place.link.call("proposal", { id });

function bodyOf(action: object, tokens: number, summaries: readonly NativeCompaction[]): object {
  const saved = summaries.reduce((sum, { generation }) => sum + savedBy(generation), 0);
  const plan = { tokensBefore: tokens, tokensAfter: tokens - saved };
  return { body: { action, plan }, entries: summaries.flatMap(({ targets }) => targets) };
}

/** See the interface. */
class Waiting implements PendingCompression {
  readonly id: string;
  readonly createdAt: number;
  readonly branch: string;
  readonly tokensBefore: number;
  readonly #place: Place;
  #action: WithSummaries;
  /** The hash of what is shown: what an approval is bound to. */
  #shown: string;

  constructor(place: Place, { id, at, branch, body, action, plan }: NativeProposal) {
    this.#place = place;
    this.id = id;
    this.createdAt = at;
    this.branch = branch;
    this.tokensBefore = plan?.tokensBefore ?? 0;
    this.#action = action as WithSummaries;
    this.#shown = body;
  }

  get tokensAfter(): number {
    const { summaries } = this.#action;
    return summaries.reduce((sum, { generation }) => sum - savedBy(generation), this.tokensBefore);
  }

  get summaries(): readonly ProposedSummary[] {
    return this.#action.summaries.map(summarized);
  }

  async editSummary(index: number, to: string | SummaryText): Promise<void> {
    const { id } = this;
    const old = this.#action.summaries[index];
    const given = typeof to === "string" ? { text: to, facts: old?.payload.facts } : to;
    if (old === undefined || typeof given?.text !== "string") {
      const message = `editSummary takes the place of a summary, and a text or { text, facts? }; found ${index}`;
      throw new VarveError("Validation", message, { pointer: "" });
    }
    const { generation, payload, ...rest } = old;
    const run = { tokens: generation.tokensBefore, of: payload.of, targets: [...old.targets] };
    const checked = await checkGiven(this.#place, run, given);
    const edited = {
      ...rest,
      payload: checked.payload,
      generation: { ...generation, summarizer: "content", tokensAfter: checked.tokens },
    };
    const summaries = this.#action.summaries.map((each, place) =>
      place === index ? edited : each,
    );
    const action = { ...this.#action, summaries };
    const { link } = this.#place;
    const body = bodyOf(action, this.tokensBefore, summaries);
    await link.call("settle", { id, shown: this.#shown, to: "pending", ...body });
    link.shared.touch();
    const now = await proposalOf(this.#place, id);
    this.#action = action;
    this.#shown = now?.body ?? "";
  }

  async approve(options: Pick<OperationOptions, "author" | "signal"> = {}): Promise<Compression> {
    const { id, branch } = this;
    const { link } = this.#place;
    if (link.instance.run(() => link.native.branch) !== branch) {
      const message = `proposal ${id} is about branch ${branch}; approve it with a handle on that: at, or switchTo`;
      throw new VarveError("Validation", message, { pointer: "" });
    }
    const guard = { proposal: id, shown: this.#shown };
    try {
      return await commitAll(this.#place, this.#action.summaries, this.tokensBefore, {
        ...this.#action.commit,
        ...options,
        guard,
      });
    } catch (error) {
      if (isVarveError(error, "StaleProposal")) await this.#settle("stale", error.details.reason);
      throw error;
    }
  }

  async reject(reason?: string): Promise<void> {
    const { id } = this;
    const more: JsonObject = reason === undefined ? {} : { reason };
    await this.#place.link.call("settle", { id, shown: this.#shown, to: "rejected", more });
    this.#place.link.shared.touch();
  }

  /** What rests on what is no more is done with, unless somebody settled or edited it meanwhile. */
  async #settle(to: string, reason: string): Promise<void> {
    const { id } = this;
    const settled = { id, shown: this.#shown, to, more: { reason } };
    try {
      await this.#place.link.call("settle", settled);
    } catch (error) {
      if (!isVarveError(error, "StaleProposal")) throw error;
    }
  }
}

function waiting(place: Place, proposal: NativeProposal): PendingCompression {
  return new Waiting(place, proposal);
}
