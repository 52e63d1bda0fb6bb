// The items that are calls answered by the application, and the items that answer them. Calls that
// OpenAI answers itself (searches, MCP servers, code) are no calls to varve: they are kept whole.

/** A kind of call. */
export interface CallKind {
  /** The type of the item that calls. */
  call: string;
  /** The type of the item that answers. */
  result: string;
  /** The call's field with its id. */
  id: "call_id" | "id";
  /** The answer's field with the call's id. */
  of: "call_id" | "id" | "approval_request_id";
  /** What varve calls the tool; undefined: the item's `name`. */
  tool?: string;
  /** An answer in words, as fields of the answer; undefined: the kind has none. */
  say: (text: string) => Record<string, unknown> | undefined;
}

const output = (text: string) => ({ output: text });

/** Functions first: what a call is unless something says otherwise. */
export const FUNCTION: CallKind = {
  call: "function_call",
  result: "function_call_output",
  id: "call_id",
  of: "call_id",
  say: output,
};

/** Tools that take any text. */
export const CUSTOM: CallKind = {
  call: "custom_tool_call",
  result: "custom_tool_call_output",
  id: "call_id",
  of: "call_id",
  say: output,
};

const KINDS: readonly CallKind[] = [
  FUNCTION,
  CUSTOM,
  {
    call: "computer_call",
    result: "computer_call_output",
    id: "call_id",
    of: "call_id",
    tool: "computer",
    say: () => undefined, // only a screenshot will do
  },
  {
    call: "local_shell_call",
    result: "local_shell_call_output",
    id: "call_id",
    of: "id",
    tool: "local_shell",
    say: output,
  },
  {
    call: "shell_call",
    result: "shell_call_output",
    id: "call_id",
    of: "call_id",
    tool: "shell",
    say: (text) => ({
      output: [{ stdout: "", stderr: text, outcome: { type: "exit", exit_code: 1 } }],
    }),
  },
  {
    call: "apply_patch_call",
    result: "apply_patch_call_output",
    id: "call_id",
    of: "call_id",
    tool: "apply_patch",
    say: (text) => ({ status: "failed", output: text }),
  },
  {
    call: "tool_search_call",
    result: "tool_search_output",
    id: "call_id",
    of: "call_id",
    tool: "tool_search",
    say: () => ({ tools: [], execution: "client", status: "completed" }),
  },
  {
    call: "mcp_approval_request",
    result: "mcp_approval_response",
    id: "id",
    of: "approval_request_id",
    say: (reason) => ({ approve: false, reason }),
  },
];

const byCall = new Map(KINDS.map((kind) => [kind.call, kind]));
const byResult = new Map(KINDS.map((kind) => [kind.result, kind]));

/** The kind whose calls are items of this type. */
export function kindOfCall(type: unknown): CallKind | undefined {
  return byCall.get(type as string);
}

/** The kind whose answers are items of this type. */
export function kindOfResult(type: unknown): CallKind | undefined {
  return byResult.get(type as string);
}
