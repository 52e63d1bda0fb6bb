// What things are called on this page: entries, commits, operations, errors.
import { isVarveError } from "varve";
import { clip } from "./dom.js";

/** What an entry says, as plain text. */
export function textOf(payload) {
  if (!payload) return "";
  if (payload.contentType === "tool_io")
    return JSON.stringify(payload.payload ?? payload.rawPayload);
  if (payload.parts) {
    return payload.parts.map((part) => part.text ?? part.toolName ?? part.type).join("\n");
  }
  return payload.text ?? "";
}

/** Who speaks, in a word. */
export function speakerOf({ contentType, role, payload }) {
  if (contentType === "summary") return "summary";
  if (contentType === "instruction") return "instruction";
  if (contentType === "tool_io") return payload?.toolName ?? "tool";
  return role;
}

/** A commit, in a line. */
export function commitLine({ operation, contentType, payload }) {
  const { kind } = operation;
  const text = textOf(payload);
  if (kind === "compact") {
    const { length } = operation.targets;
    return { verb: "compact", text: `${length} entries into a summary` };
  }
  if (kind === "delete" || kind === "revert") return { verb: kind, text: clip(text, 60) };
  if (kind === "edit") return { verb: "edit", text: clip(text, 60) };
  if (contentType === "tool_io") {
    const verb = payload?.direction === "result" ? "result" : "call";
    return { verb, text: payload?.toolName ?? "" };
  }
  return { verb: payload?.role ?? contentType ?? "", text: clip(text, 60) };
}

/** Operations that change nothing of what a model sees, and that no one wants to step through. */
const QUIET = new Set([
  "create",
  "describe",
  "policies",
  "policyMode",
  "propose",
  "sent",
  "setting",
  "settle",
  "type",
  "note",
]);

export const isQuiet = ({ kind }) => QUIET.has(kind);

const OPERATIONS = {
  append: "message",
  batch: "answer",
  annotate: "pin",
  compact: "compaction",
  branch: "branch",
  regenerate: "try again",
  resend: "send anew",
  selectSibling: "other answer",
  delete: "deletion",
};

/** What an operation did, in a word or two. */
export const operationName = ({ kind }) => OPERATIONS[kind] ?? kind;

const ERRORS = {
  Unavailable:
    "This browser does not let the page keep data (a private window, or blocked storage), or the store is gone for the moment.",
  Blocked: "Another tab holds on to an older version of the database. Close it and try again.",
  VersionTooNew:
    "The database was made by a newer version of this page. Reload to get that version.",
  Quota:
    "The browser gives this page no more room. Nothing of that was stored, and nothing was lost.",
  Corrupt:
    "What the browser kept is damaged, and varve does not pretend otherwise. Start over to go on.",
  OutcomeUnknown: "The store gave no answer, so it is not known whether that was stored.",
  StaleProposal: "That proposal is about something that changed since, so nothing was done.",
  EditTarget: "That message is not on this branch any more.",
  Conflict: "Something else changed the same thing meanwhile, so nothing was done.",
  NotUndoable: "That cannot be undone.",
  RefExists: "There is a branch of that name already.",
  RefName: "That is no name for a branch.",
  BudgetExceeded: "What must stay does not fit into the budget.",
  Compression: "That summary does not do: it is empty, or longer than what it stands for.",
};

/** An error in words for people, with varve's own in small print. */
export function inWords(error) {
  if (!isVarveError(error))
    return { title: "Something went wrong.", detail: String(error?.message ?? error) };
  return {
    title: ERRORS[error.code] ?? "That did not work.",
    detail: `${error.code}: ${error.message}`,
  };
}
