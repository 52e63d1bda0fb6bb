// The policies of a repository, as `chat.policies` has them.
import { VarveError } from "../errors.js";
import { later } from "../later.js";
import type {
  ActionHandler,
  CustomAction,
  Evaluations,
  EvaluationsQuery,
  Policy,
  PolicyAction,
  PolicyDefinitions,
  PolicyInfo,
  PolicyMode,
  Proposal,
  ProposalsQuery,
} from "../types/policies.js";
import type { Driven } from "./driver.js";

/** The rest, which most repositories never need. */
const rest = () => later(import("./calls.js"));

/** What the context does to keep itself in shape, and who has the last word. Shared by all handles of a repository. */
export class Policies {
  readonly #driven: Driven;

  /** @internal */
  constructor(driven: Driven) {
    this.#driven = driven;
  }

  /**
   * Adds a policy of the application, in this process, until `unregister`; one of the same name gives way. What is
   * stored of it is what `configure` says.
   *
   * @throws `Validation`.
   */
  register(policy: Policy): void {
    const { name, evaluateOn, evaluate } = policy;
    const known = evaluateOn === "commit" || evaluateOn === "compile";
    if (typeof name !== "string" || name === "" || !known || typeof evaluate !== "function")
      throw wrong("a policy has a name, evaluateOn (commit or compile) and evaluate");
    if (name.startsWith("auto-")) throw wrong(`names that begin with auto- are varve's: ${name}`);
    this.#registry.custom.set(name, policy);
  }

  /** Takes a policy of the application away; false where there is none. */
  unregister(name: string): boolean {
    return this.#registry.custom.delete(name);
  }

  /**
   * Says who does actions of a type of the application's, in this process. Returns what ends it.
   *
   * @throws `Validation` for a type without a colon.
   */
  handle<A extends CustomAction>(type: A["type"], handler: ActionHandler<A>): () => void {
    if (typeof type !== "string" || !type.includes(":"))
      throw wrong(
        `the type of an action of the application has a colon in it, found ${String(type)}`,
      );
    const { handlers } = this.#registry;
    handlers.set(type, handler as ActionHandler);
    return () => void (handlers.get(type) === handler && handlers.delete(type));
  }

  /**
   * Configures policies by name, built in or of the application; stored with the repository. Enabling `auto-pin`, or
   * changing its rules, has it look at everything that is there.
   *
   * @throws `Validation` with the place of what is wrong: then nothing is stored.
   */
  async configure(definitions: PolicyDefinitions): Promise<void> {
    return (await rest()).configure(this.#driven, definitions);
  }

  /** What policies do that do not say so themselves; null: each what is its own default. */
  async setMode(mode: PolicyMode | null): Promise<void> {
    await this.#driven.link.call("setPolicyMode", { mode });
  }

  /** The policies, in order of their priority. */
  async list(): Promise<PolicyInfo[]> {
    return (await rest()).list(this.#driven);
  }

  /** Lets all policies rest, in every process, until `resumeAll`. Nothing that one does happens after this. */
  async pauseAll(reason: string): Promise<void> {
    if (typeof reason !== "string" || reason === "") throw wrong("a pause needs a reason");
    await this.#driven.link.call("pausePolicies", { reason });
  }

  /** Lets policies go on. */
  async resumeAll(): Promise<void> {
    await this.#driven.link.call("pausePolicies", {});
  }

  /** Proposals, the newest first. Default: those that wait. */
  async proposals(query: ProposalsQuery = {}): Promise<Proposal[]> {
    return (await rest()).proposals(this.#driven, query);
  }

  /** Those that wait, and rest on what is still so. @internal */
  async waiting(): Promise<Proposal[]> {
    return (await rest()).waiting(this.#driven.link);
  }

  /**
   * Does what is proposed. Given the object, only what that object shows; given the id, what is proposed now. Resolves
   * when it is done.
   *
   * @throws `StaleProposal` where it is settled, was edited, or rests on what is no more; `PolicyPaused`;
   * `ProposalNotFound`; `PolicyExecution` where nobody here can do it (it stays pending) or every try failed.
   */
  async approve(proposal: string | Proposal): Promise<Proposal> {
    return (await later(import("./approve.js"))).approve(this.#driven, proposal);
  }

  /**
   * Says no. The policy rests for its cooldown, ten minutes at least.
   *
   * @throws `StaleProposal` where it is settled; `ProposalNotFound`.
   */
  async reject(proposal: string | Proposal, reason?: string): Promise<Proposal> {
    return (await rest()).reject(this.#driven, proposal, reason);
  }

  /**
   * Puts another action in the place of the one that is proposed. What was shown before can not be approved any more.
   *
   * @throws `StaleProposal`, `ProposalNotFound`; `Validation`.
   */
  async editProposal(proposal: string | Proposal, action: PolicyAction): Promise<Proposal> {
    return (await rest()).edit(this.#driven, proposal, action);
  }

  /**
   * The log: every evaluation and what became of it, the newest first. Those that asked for nothing are counted, and
   * written with another write.
   */
  async evaluations(query: EvaluationsQuery = {}): Promise<Evaluations> {
    return (await rest()).evaluations(this.#driven, query);
  }

  get #registry() {
    return this.#driven.link.shared.registry;
  }
}

function wrong(message: string): VarveError {
  return new VarveError("Validation", message, { pointer: "" });
}
