// What this process knows of the policies of one repository: those of the application, handlers, and what asks
// for something and was not seen to yet. Small, since every repository has one; the rest is loaded when needed.

import type { JsonValue } from "../types/json.js";
import type {
  ActionHandler,
  Policy,
  PolicyAction,
  PolicyMode,
  PolicyTrigger,
} from "../types/policies.js";

/** A policy asks for something: as the module tells it. */
export interface Fired {
  readonly policy: string;
  readonly priority: number;
  readonly mode: PolicyMode;
  readonly expiresAfter: number;
  readonly action: PolicyAction;
  readonly measured?: JsonValue;
  readonly branch: string;
}

export class PolicyRegistry {
  /** Policies of the application, by name. */
  readonly custom: Map<string, Policy> = new Map();
  /** Handlers, by the type of action. */
  readonly handlers: Map<string, ActionHandler> = new Map();
  /** What built-in policies ask for. */
  fired: Fired[] = [];
  /** Whether a proposal waits, as of the last `prepare`. */
  waits = false;
  /** Whether policies are being seen to, and for what they have to be once more. */
  driving = false;
  readonly again: Set<PolicyTrigger> = new Set();

  /** Whether anything has to be done after commits, or before compiles. */
  due(trigger: "commit" | "compile"): boolean {
    if (this.fired.length > 0) return true;
    if (this.custom.size === 0) return false;
    for (const policy of this.custom.values()) if (policy.evaluateOn === trigger) return true;
    return false;
  }
}
