// Messages of the AI SDK that are easy to get wrong, by what is hard about them.

const call = (toolCallId: string, more: object = {}) => ({
  type: "tool-call",
  toolCallId,
  toolName: "lookup",
  input: { x: 1 },
  ...more,
});
const result = (toolCallId: string, output: unknown, more: object = {}) => ({
  type: "tool-result",
  toolCallId,
  toolName: "lookup",
  output,
  ...more,
});
const assistant = (...content: unknown[]) => ({ role: "assistant", content });
const tool = (...content: unknown[]) => ({ role: "tool", content });
const user = { role: "user", content: "hi" };
const text = { type: "text", value: "found" };
const signed = { providerOptions: { anthropic: { signature: "sig==" } } };

/** Of both majors, unless the name says which. */
export const modelMessages: Record<string, readonly unknown[]> = {
  "texts and arrays of parts": [
    { role: "system", content: "be brief", providerOptions: { anthropic: { cacheControl: {} } } },
    user,
    { role: "user", content: "" },
    { role: "user", content: [{ type: "text", text: "alone" }] },
    { role: "user", content: [] },
    { role: "assistant", content: "hello" },
    assistant({ type: "text", text: "a" }, { type: "text", text: "b", ...signed }),
    assistant(),
  ],
  "reasoning with signatures": [
    user,
    assistant(
      { type: "reasoning", text: "hm", ...signed },
      { type: "reasoning", text: "", providerOptions: { anthropic: { redactedData: "AA" } } },
      { type: "text", text: "4" },
    ),
  ],
  "outputs of every type": [
    assistant(...["a", "b", "c", "d", "e", "f", "g"].map((id) => call(id))),
    tool(
      result("a", text),
      result("b", { type: "json", value: { rows: [null, 1] } }),
      result("c", { type: "error-text", value: "broken" }),
      result("d", { type: "error-json", value: null, providerOptions: { a: { b: 1 } } }),
      result("e", { type: "execution-denied", reason: "no" }),
      result("f", { type: "execution-denied" }),
      result("g", {
        type: "content",
        value: [
          { type: "text", text: "see" },
          { type: "image-data", data: "AA==", mediaType: "image/png" },
        ],
      }),
    ),
  ],
  "parallel calls, answered in messages of their own": [
    assistant(call("a"), call("b", { input: "text" }), call("c", { input: null })),
    tool(result("b", text)),
    { ...tool(result("a", text), result("c", text)), ...signed },
  ],
  "tools that the provider runs": [
    assistant(
      call("a", { providerExecuted: true, ...signed }),
      result("a", { type: "json", value: [] }, signed),
      { type: "text", text: "found" },
      call("b"),
    ),
    tool(result("b", text)),
  ],
  "approvals, given, refused and waiting": [
    assistant(
      call("a"),
      call("b"),
      call("c"),
      {
        type: "tool-approval-request",
        approvalId: "ap_a",
        toolCallId: "a",
        signature: "hmac",
      },
      { type: "tool-approval-request", approvalId: "ap_b", toolCallId: "b" },
    ),
    tool(
      { type: "tool-approval-response", approvalId: "ap_a", approved: true },
      result("a", text),
      { type: "tool-approval-response", approvalId: "ap_b", approved: false, reason: "no" },
      result("b", { type: "execution-denied", reason: "no" }),
      result("c", text),
    ),
    assistant(call("d"), {
      type: "tool-approval-request",
      approvalId: "ap_d",
      toolCallId: "d",
      inputSchemaInput: { x: "1" },
    }),
    tool({
      type: "tool-approval-response",
      approvalId: "ap_d",
      approved: true,
      providerExecuted: true,
    }),
  ],
  "files as bytes, base64, text and URL": [
    {
      role: "user",
      content: [
        { type: "file", data: new Uint8Array([0, 255, 1]), mediaType: "image/png" },
        { type: "file", data: new Uint8Array([1, 2]).buffer, mediaType: "application/pdf" },
        { type: "file", data: new URL("https://example.com/a.png"), mediaType: "image/*" },
        { type: "file", data: "AP8B", mediaType: "image/png", filename: "a.png", ...signed },
        { type: "file", data: "https://example.com/a b", mediaType: "text/plain" },
        { type: "file", data: "data:image/png;base64,AA==", mediaType: "image/png" },
        { type: "image", image: new Uint8Array([7]) },
        { type: "image", image: new URL("https://example.com/b.png"), mediaType: "image/png" },
        { type: "image", image: "AAAA" },
      ],
    },
    assistant({ type: "file", data: "AP8B", mediaType: "image/png" }),
  ],
  "files of major 7": [
    {
      role: "user",
      content: [
        { type: "file", data: { type: "data", data: new Uint8Array([1]) }, mediaType: "image" },
        { type: "file", data: { type: "data", data: "AA==" }, mediaType: "image" },
        {
          type: "file",
          data: { type: "url", url: new URL("https://example.com/a.png") },
          mediaType: "image",
        },
        { type: "file", data: { type: "reference", reference: { openai: "f" } }, mediaType: "a/b" },
        { type: "file", data: { type: "text", text: "inline" }, mediaType: "text/plain" },
        { type: "file", data: { openai: "file-1" }, mediaType: "image" },
        { type: "image", image: { openai: "file-1" } },
      ],
    },
    assistant(
      {
        type: "reasoning-file",
        data: { type: "url", url: new URL("https://example.com/r.png") },
        mediaType: "image/png",
      },
      { type: "custom", kind: "openai.compaction", providerOptions: { openai: { data: "gAAA" } } },
      call("a"),
    ),
    tool(
      result("a", {
        type: "content",
        value: [
          { type: "file", data: { type: "data", data: new Uint8Array([3]) }, mediaType: "image" },
          { type: "custom", providerOptions: { a: {} } },
        ],
      }),
    ),
  ],
};

const uiTool = (toolCallId: string, state: string, more: object = {}) => ({
  type: "tool-lookup",
  toolCallId,
  state,
  input: { x: 1 },
  ...more,
});
const said = (id: string, ...parts: unknown[]) => ({ id, role: "assistant", parts });
const asked = (id: string, words = "hi") => ({
  id,
  role: "user",
  parts: [{ type: "text", text: words }],
});
const step = { type: "step-start" };
const meta = { providerMetadata: { openai: { itemId: "msg_1" } } };

/** Of both majors, unless the name says which. */
export const uiMessages: Record<string, readonly unknown[]> = {
  "texts, metadata and states": [
    { id: "s", role: "system", parts: [{ type: "text", text: "be brief", ...meta }] },
    { ...asked("u1"), metadata: { createdAt: 1, tags: ["a", null] } },
    said("a1", step, { type: "text", text: "hel", state: "streaming" }),
    said("a2", { type: "text", text: "hello", state: "done", ...meta }),
    said("a3"),
  ],
  "reasoning with signatures": [
    asked("u1"),
    said(
      "a1",
      step,
      {
        type: "reasoning",
        text: "hm",
        state: "done",
        providerMetadata: { anthropic: { signature: "sig==" } },
      },
      { type: "reasoning", id: "r2", text: "" },
      { type: "text", text: "4" },
    ),
  ],
  "several steps in one message": [
    asked("u1"),
    said(
      "a1",
      step,
      { type: "text", text: "one moment" },
      uiTool("a", "output-available", { output: "found" }),
      uiTool("b", "output-available", { output: { rows: [] }, title: "Look up" }),
      step,
      uiTool("c", "output-error", { errorText: "broken" }),
      step,
      { type: "text", text: "done" },
    ),
    asked("u2", "thanks"),
  ],
  "every state of a tool": [
    asked("u1"),
    said(
      "a1",
      step,
      { type: "tool-lookup", toolCallId: "s", state: "input-streaming" },
      uiTool("t", "input-streaming", { input: { x: undefined } }),
      uiTool("a", "output-available", { output: null, preliminary: true }),
      uiTool("b", "output-available", { output: undefined }),
      uiTool("c", "output-error", {
        input: undefined,
        rawInput: "{",
        errorText: "no JSON",
        callProviderMetadata: { openai: { itemId: "fc_1" } },
      }),
      uiTool("d", "output-denied", { approval: { id: "ap_d", approved: false, reason: "no" } }),
      uiTool("e", "output-available", {
        output: 5,
        approval: { id: "ap_e", approved: true, signature: "hmac" },
      }),
      uiTool("f", "output-denied", { approval: { id: "ap_f", approved: false } }),
      uiTool("g", "output-error", { errorText: "x", resultProviderMetadata: { a: { b: 1 } } }),
    ),
  ],
  "an approval that waits": [
    asked("u1"),
    said("a1", step, uiTool("a", "approval-requested", { approval: { id: "ap_a" } })),
  ],
  "an approval that waits while the user goes on": [
    asked("u1"),
    said(
      "a1",
      step,
      { type: "text", text: "may I?" },
      uiTool("a", "approval-requested", { approval: { id: "ap_a" } }),
    ),
    asked("u2", "never mind"),
  ],
  "approvals that were given and refused": [
    asked("u1"),
    said(
      "a1",
      step,
      uiTool("a", "approval-responded", { approval: { id: "ap_a", approved: true } }),
      uiTool("b", "approval-responded", {
        approval: { id: "ap_b", approved: false, reason: "no" },
        callProviderMetadata: { a: { b: 1 } },
      }),
    ),
  ],
  "a call without its result": [asked("u1"), said("a1", step, uiTool("a", "input-available"))],
  "dynamic tools": [
    asked("u1"),
    said(
      "a1",
      step,
      {
        type: "dynamic-tool",
        toolName: "mcp",
        toolCallId: "a",
        state: "output-available",
        input: "any",
        output: "out",
      },
      {
        type: "dynamic-tool",
        dynamic: false,
        toolName: "gone",
        toolCallId: "b",
        state: "output-available",
        input: {},
        output: { secret: 1 },
      },
      {
        type: "dynamic-tool",
        toolName: "mcp",
        toolCallId: "c",
        state: "output-error",
        input: {},
        errorText: "x",
      },
    ),
  ],
  "tools that the provider runs": [
    asked("u1"),
    said(
      "a1",
      step,
      uiTool("a", "output-available", {
        providerExecuted: true,
        output: [{ url: "https://example.com" }],
        callProviderMetadata: { openai: { itemId: "ws_1" } },
      }),
      uiTool("b", "output-error", { providerExecuted: true, errorText: "x" }),
      uiTool("c", "approval-responded", {
        providerExecuted: true,
        approval: { id: "mcpr_1", approved: true },
      }),
      { type: "text", text: "found" },
    ),
  ],
  "sources, files and data": [
    {
      id: "u1",
      role: "user",
      parts: [
        { type: "file", mediaType: "image/png", url: "https://example.com/a.png", filename: "a" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==", ...meta },
        { type: "data-location", data: { city: "Oslo" } },
        { type: "text", text: "what is it?" },
      ],
    },
    said(
      "a1",
      step,
      { type: "source-url", sourceId: "1", url: "https://example.com", title: "t" },
      { type: "source-document", sourceId: "2", mediaType: "a/b", title: "t", filename: "f" },
      { type: "data-weather", id: "w", data: [1, { a: null }] },
      { type: "file", mediaType: "image/png", url: "https://example.com/b.png" },
      { type: "text", text: "a house" },
    ),
  ],
  "parts of major 7": [
    asked("u1"),
    said(
      "a1",
      step,
      { type: "reasoning-file", mediaType: "image/png", url: "https://example.com/r.png" },
      { type: "custom", kind: "openai.compaction", providerMetadata: { openai: { data: "g" } } },
      {
        type: "file",
        mediaType: "image/png",
        url: "https://example.com/c.png",
        providerReference: { openai: "file-1" },
      },
      {
        type: "text",
        text: "see",
        citations: [
          { source: { type: "source", sourceType: "url", id: "1", url: "https://example.com" } },
        ],
      },
      uiTool("a", "output-available", {
        output: 1,
        approval: { id: "ap", approved: true, isAutomatic: true, requestReason: "why" },
      }),
      { type: "steering-message", id: "st", parts: [{ type: "text", text: "faster" }] },
      { type: "text", text: "done" },
    ),
  ],
};
