// Every operation of a repository, to be tried on stores that go wrong, and what a repository amounts to.
import { CARE } from "./care.js";
import { CHATS } from "./chats.js";
import { ENTRIES } from "./entries.js";
import type { Operation } from "./kit.js";
import { POLICIES } from "./policies.js";
import { SHRINKING } from "./shrinking.js";

export { type Chat, furnish, goOn, type Operation, type OurVarve, varveOn } from "./kit.js";
export { QUESTIONS } from "./questions.js";
export { gistOf, type State, stateOf } from "./state.js";

export const OPERATIONS: readonly Operation[] = [
  ...ENTRIES,
  ...CHATS,
  ...SHRINKING,
  ...POLICIES,
  ...CARE,
];
