// Requests for approval and their answers: the SDK refuses an answer without its request, and a
// request without its call.
import type { FormatWarning } from "../warnings.js";
import type { Members } from "./hints.js";
import type { AISDKModelMessage } from "./types.js";

/** The messages, without approvals of calls that are not there. */
export function withoutTornApprovals(
  written: readonly { message: Members; index: number }[],
  warnings: FormatWarning[],
): AISDKModelMessage[] {
  const calls = new Set<unknown>();
  const requests = new Set<unknown>();
  const answered = new Set<unknown>();
  let torn = false;
  const holds = (part: Members): boolean => {
    switch (part.type) {
      case "tool-call":
        calls.add(part.toolCallId);
        return true;
      case "tool-approval-request":
        if (calls.has(part.toolCallId)) requests.add(part.approvalId);
        torn ||= !calls.has(part.toolCallId);
        return calls.has(part.toolCallId);
      case "tool-approval-response": {
        torn ||= !requests.has(part.approvalId);
        // Results that the compile took apart have each the whole of their message's approvals.
        const again = answered.has(part.approvalId);
        answered.add(part.approvalId);
        return requests.has(part.approvalId) && !again;
      }
      default:
        return true;
    }
  };
  return written.flatMap(({ message, index }) => {
    const { content } = message;
    if (!Array.isArray(content)) return [message as unknown as AISDKModelMessage];
    torn = false;
    const kept = content.filter(holds);
    if (kept.length === content.length) return [message as unknown as AISDKModelMessage];
    if (torn) {
      const text = "an approval is left out, since what it belongs to is not there";
      warnings.push({ kind: "dropped-part", index, message: text });
    }
    return kept.length === 0 ? [] : [{ ...message, content: kept } as unknown as AISDKModelMessage];
  });
}
