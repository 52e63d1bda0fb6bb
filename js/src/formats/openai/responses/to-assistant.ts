// What the assistant says, as items of the Responses API.
import type {
  CustomPart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from "../../../types/content.js";
import { argumentsText, inputText } from "../../calls.js";
import { type PartHints as ChatHints, recall as recallChat } from "../hints.js";
import { CUSTOM, FUNCTION, kindOfCall } from "./calls.js";
import { writeContent } from "./content.js";
import { ITEM } from "./from.js";
import { type PartHints, recall } from "./hints.js";
import { writeResults } from "./to-results.js";
import { push, type Writing, warnDropped } from "./writing.js";

type Item = Record<string, unknown>;

/** The item that later parts can go on with. */
interface Open {
  /** The content of a message. */
  content?: object[];
  /** A reasoning item. */
  reasoning?: Item;
}

/** Adds the items of an assistant's message, and behind them those of the results it holds. */
export function writeAssistant(parts: readonly Part[], writing: Writing): void {
  let open: Open = {};
  for (const part of parts) {
    const hint = recall<PartHints>(part.provider);
    if (part.type === "reasoning") open = writeReasoning(part, hint, open, writing);
    else if (part.type === "tool-call") {
      open = {};
      push(writing, writeCall(part, hint, writing), hint);
    } else if (part.type === "custom" && part.kind === ITEM) {
      open = {};
      push(writing, itemOf(part, hint), hint);
    } else if (part.type !== "tool-result") open = writeSaid(part, hint, open, writing);
  }
  writeResults(
    parts.filter((part) => part.type === "tool-result"),
    writing,
  );
}

function writeReasoning(part: ReasoningPart, hint: PartHints, open: Open, writing: Writing): Open {
  const goesOn = hint.same ? open.reasoning : undefined;
  if (goesOn === undefined && hint.item === undefined) {
    writing.warn("dropped-part", "reasoning that is not of this API has no form in it");
    return {};
  }
  const reasoning = goesOn ?? { type: "reasoning", ...hint.item };
  addReasoning(reasoning, part.text, hint);
  if (goesOn === undefined) push(writing, reasoning, hint);
  return { reasoning };
}

function writeSaid(part: Part, hint: PartHints, open: Open, writing: Writing): Open {
  if (isPlain(part, hint)) {
    push(writing, { role: "assistant", content: part.text, ...hint.item }, hint);
    return {};
  }
  const written = writeContent(part, "assistant", writing.warn);
  if (written === undefined) {
    warnDropped(part, writing);
    return open;
  }
  if (hint.same && open.content !== undefined) {
    open.content.push(written);
    return open;
  }
  const content = [written];
  const type = hint.item === undefined ? { type: "message" } : {};
  push(writing, { ...type, role: "assistant", content, ...hint.item }, hint);
  return { content };
}

/** Whether a text is an assistant's message whose content is a string. */
function isPlain(part: Part, hint: PartHints): part is TextPart {
  if (part.type !== "text" || recallChat<ChatHints>(part.provider).refusal !== undefined) {
    return false;
  }
  return hint.content === undefined && hint.same === undefined && hint.type === undefined;
}

function addReasoning(item: Item, text: string, { of }: PartHints): void {
  if (of === "none" || of === undefined) return;
  const type = of === "summary" ? "summary_text" : "reasoning_text";
  item[of] = [...((item[of] as object[] | undefined) ?? []), { type, text }];
}

function itemOf(part: CustomPart, hint: PartHints): Item {
  return { ...(hint.item ?? (part.value as Item)) };
}

function writeCall(part: ToolCallPart, hint: PartHints, writing: Writing): Item {
  const custom = recallChat<ChatHints>(part.provider).type === "custom";
  const kind = kindOfCall(hint.type) ?? (custom ? CUSTOM : FUNCTION);
  writing.calls.set(part.callId, kind);
  const head = { type: kind.call, [kind.id]: part.callId };
  if (kind.tool !== undefined) return { ...(part.input as object), ...head };
  const said =
    kind === CUSTOM ? { input: inputText(part) } : { arguments: argumentsText(part, writing.warn) };
  return {
    ...head,
    name: part.toolName,
    ...said,
    ...hint.item,
  };
}
