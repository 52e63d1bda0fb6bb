// What tools answered, as items of the Responses API.
import type { Part, ToolOutput, ToolResultPart } from "../../../types/content.js";
import { outputText } from "../../outputs.js";
import { type CallKind, CUSTOM, FUNCTION, kindOfResult } from "./calls.js";
import { writeOutputParts } from "./content.js";
import { type PartHints, recall } from "./hints.js";
import { push, type Writing, warnDropped } from "./writing.js";

/** Adds the items of results, each of its call's kind. */
export function writeResults(parts: readonly Part[], writing: Writing): void {
  for (const part of parts) {
    const hint = recall<PartHints>(part.provider);
    if (part.type !== "tool-result") warnDropped(part, writing);
    else {
      const item = writeResult(part, hint, writing.calls.get(part.callId));
      if (item !== undefined) push(writing, item);
      else removeCall(part.callId, writing);
    }
  }
}

/** The answer as an item of its call's kind; undefined where that has no words for it. */
function writeResult(
  part: ToolResultPart,
  hint: PartHints,
  call: CallKind | undefined,
): Record<string, unknown> | undefined {
  const read = kindOfResult(hint.type);
  const kind = call ?? read ?? FUNCTION;
  const plain = kind === FUNCTION || kind === CUSTOM;
  if (read === undefined ? plain : read === kind) {
    const head = { type: kind.result, [hint.key ?? kind.of]: part.callId };
    return { ...head, ...outputField(part.output, hint), ...hint.item };
  }
  const head = { type: kind.result, [kind.of]: part.callId };
  if (plain) return { ...head, output: outputOf(part.output) };
  const said = kind.say(outputText(part.output));
  return said && { ...head, ...said };
}

function outputField(output: ToolOutput, hint: PartHints): Record<string, unknown> {
  if (hint.output === "absent") return {};
  if (hint.output === "null") return { output: null };
  if (hint.output === "object" && output.type === "content") return { output: output.value[0] };
  if (hint.output === "array" && output.type === "content") return { output: output.value };
  return { output: outputOf(output) };
}

function outputOf(output: ToolOutput): unknown {
  if (output.type !== "content") return outputText(output);
  if (output.value.length === 0) return "";
  return writeOutputParts(output.value) ?? outputText(output);
}

/** Takes back a call whose answer cannot be said. */
function removeCall(callId: string, writing: Writing): void {
  const kind = writing.calls.get(callId) as CallKind;
  const called = writing.items.map(({ item }) => item.type === kind.call && item[kind.id]);
  writing.items.splice(called.lastIndexOf(callId), 1);
  writing.warn(
    "dropped-part",
    `a ${kind.call} is left out with its answer, which has no form for a text`,
  );
}
