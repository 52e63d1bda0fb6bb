// Inputs of the Responses API that are easy to get wrong, by what is hard about them.

const user = (text: string) => ({ role: "user", content: text });
const reasoning = (id: string, ...summary: string[]) => ({
  type: "reasoning",
  id,
  summary: summary.map((text) => ({ type: "summary_text", text })),
});
const call = (id: string, args = "{}", name = "lookup") => ({
  type: "function_call",
  id: `fc_${id}`,
  call_id: `call_${id}`,
  name,
  arguments: args,
  status: "completed",
});
const output = (id: string, text: unknown = "found") => ({
  type: "function_call_output",
  call_id: `call_${id}`,
  output: text,
});
const said = (id: string, ...content: unknown[]) => ({
  type: "message",
  id: `msg_${id}`,
  role: "assistant",
  status: "completed",
  content,
});
const text = (value: string, more: object = {}) => ({
  type: "output_text",
  text: value,
  annotations: [],
  ...more,
});

export const responses: Record<string, readonly unknown[]> = {
  "no items": [],
  "a call's id is not the id that its answer names": [
    user("hi"),
    call("a", '{ "x": 1 }'),
    call("b", "not json"),
    output("b"),
    output("a"),
    said("1", text("done")),
  ],
  "a call without an id of its own": [
    { type: "function_call", call_id: "call_a", name: "f", arguments: "" },
    output("a"),
  ],
  "reasoning and what it led to": [
    user("hi"),
    reasoning("rs_1", "one", "two"),
    call("a"),
    call("b"),
    output("a"),
    output("b"),
    reasoning("rs_2"),
    said("1", text("done")),
    user("thanks"),
    { ...reasoning("rs_3"), content: [{ type: "reasoning_text", text: "raw" }] },
    said("2", text("you are welcome")),
  ],
  "encrypted reasoning": [
    { ...reasoning("rs_1", "one"), encrypted_content: "gAAAA=", status: "completed" },
    { ...reasoning("rs_2"), encrypted_content: null, content: [] },
    { type: "reasoning", encrypted_content: "gAAAB=", summary: [{ type: "other", x: 1 }] },
    said("1", text("done")),
  ],
  "phases, which have to be sent again": [
    user("hi"),
    { ...said("1", text("let me see")), phase: "commentary" },
    call("a"),
    output("a"),
    { ...said("2", text("here")), phase: "final_answer" },
    { role: "assistant", content: "plain", phase: "commentary" },
    { role: "assistant", content: "null", phase: null },
  ],
  "statuses of items": [
    { type: "message", role: "user", status: "completed", content: [] },
    { ...said("1", text("cut o")), status: "incomplete" },
    { ...call("a"), status: "in_progress" },
    { ...output("a"), id: "fco_1", status: "completed" },
  ],
  "compaction, which is opaque": [
    user("hi"),
    { type: "compaction", id: "cmp_1", encrypted_content: "gAAAA=" },
    user("go on"),
    { type: "compaction_trigger" },
  ],
  "custom tools": [
    { type: "custom_tool_call", id: "ctc_1", call_id: "call_a", name: "python", input: "print(1)" },
    { type: "custom_tool_call_output", call_id: "call_a", output: "1" },
    { type: "custom_tool_call", call_id: "call_b", name: "python", input: '{"a": 1}' },
    {
      type: "custom_tool_call_output",
      call_id: "call_b",
      output: [{ type: "input_text", text: "2" }],
    },
  ],
  "tools that OpenAI runs": [
    user("hi"),
    {
      type: "web_search_call",
      id: "ws_1",
      status: "completed",
      action: { type: "search", query: "x" },
    },
    { type: "file_search_call", id: "fs_1", status: "completed", queries: ["x"], results: null },
    {
      type: "code_interpreter_call",
      id: "ci_1",
      code: "1",
      container_id: "c",
      outputs: [],
      status: "completed",
    },
    { type: "image_generation_call", id: "ig_1", result: "AAAA", status: "completed" },
    { type: "mcp_list_tools", id: "mcpl_1", server_label: "s", tools: [] },
    { type: "mcp_call", id: "mcp_1", arguments: "{}", name: "n", server_label: "s", output: "o" },
    { type: "tool_search_call", arguments: {}, call_id: null, execution: "server" },
    { type: "tool_search_output", tools: [], call_id: null, execution: "server" },
    { type: "program", id: "p_1", call_id: "c", code: "1", fingerprint: "f" },
    { type: "something_new", what: [null, { a: 1 }] },
    said("1", text("done")),
  ],
  "tools of OpenAI's that the application runs": [
    {
      type: "computer_call",
      id: "cu_1",
      call_id: "call_c",
      action: { type: "screenshot" },
      pending_safety_checks: [],
      status: "completed",
    },
    {
      type: "computer_call_output",
      call_id: "call_c",
      output: { type: "computer_screenshot", image_url: "data:image/png;base64,AA" },
      acknowledged_safety_checks: [{ id: "sc" }],
    },
    {
      type: "local_shell_call",
      id: "ls_1",
      call_id: "call_l",
      action: { type: "exec", command: ["ls"], env: {} },
      status: "completed",
    },
    { type: "local_shell_call_output", id: "call_l", output: "a.txt" },
    { type: "shell_call", call_id: "call_s", action: { commands: ["ls"] } },
    {
      type: "shell_call_output",
      call_id: "call_s",
      output: [{ stdout: "a", stderr: "", outcome: { type: "exit", exit_code: 0 } }],
    },
    {
      type: "apply_patch_call",
      call_id: "call_p",
      status: "completed",
      operation: { type: "delete_file", path: "a" },
    },
    { type: "apply_patch_call_output", call_id: "call_p", status: "completed" },
    {
      type: "apply_patch_call",
      call_id: "call_q",
      status: "completed",
      operation: { type: "delete_file", path: "b" },
    },
    { type: "apply_patch_call_output", call_id: "call_q", status: "failed", output: null },
    { type: "tool_search_call", call_id: "call_t", arguments: { q: "x" }, execution: "client" },
    { type: "tool_search_output", call_id: "call_t", tools: [], execution: "client" },
    {
      type: "mcp_approval_request",
      id: "mcpr_1",
      arguments: '{ "a": 1}',
      name: "n",
      server_label: "s",
    },
    { type: "mcp_approval_response", approval_request_id: "mcpr_1", approve: true, reason: null },
  ],
  "references to items": [
    user("hi"),
    { type: "item_reference", id: "msg_1" },
    { id: "msg_2" },
    { id: "msg_3", type: null },
  ],
  "annotations, refusals and log probabilities": [
    said(
      "1",
      text("see [1]", {
        annotations: [
          {
            type: "url_citation",
            url: "https://example.com",
            title: "t",
            start_index: 4,
            end_index: 7,
          },
        ],
        logprobs: [{ token: "see", bytes: [115], logprob: -0.5, top_logprobs: [] }],
      }),
      { type: "refusal", refusal: "No more." },
      { type: "output_text", text: "without annotations" },
    ),
    said("2", { type: "refusal", refusal: "No." }),
    said("3"),
    { role: "assistant", content: "" },
    { role: "assistant", content: [text("no id")] },
  ],
  "images and files": [
    {
      role: "user",
      content: [
        { type: "input_text", text: "what is this?" },
        { type: "input_image", detail: "high", image_url: "https://example.com/a.png" },
        { type: "input_image", detail: "original", image_url: "data:image/png;base64,AA" },
        { type: "input_image", image_url: "" },
        { type: "input_image", detail: "auto", file_id: "file-1", image_url: null },
        { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,AA" },
        { type: "input_file", file_url: "https://example.com/a.pdf", detail: "low" },
        { type: "input_file", file_id: "file-2" },
        { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
      ],
    },
    { type: "message", role: "user", content: [{ type: "input_text", text: "alone" }] },
    call("a"),
    output("a", [
      { type: "input_text", text: "a" },
      { type: "input_image", image_url: "https://example.com/a.png" },
    ]),
    call("b"),
    output("b", []),
  ],
  "system messages that are input, not instructions": [
    { role: "system", content: "be brief" },
    { role: "developer", content: [{ type: "input_text", text: "be kind" }] },
    { role: "system", content: "be quick" },
    user(""),
  ],
  "names that objects have already": [
    JSON.parse('{"role":"user","content":"x","__proto__":{"a":1},"constructor":{"b":1}}'),
    call("__proto__", '{"__proto__":1}', "constructor"),
    output("__proto__"),
  ],
};
