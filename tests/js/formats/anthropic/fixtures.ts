// Requests of Anthropic's that are easy to get wrong, by what is hard about them.

export interface Request {
  system?: unknown;
  messages: readonly unknown[];
}

const text = (said: string, more = {}) => ({ type: "text", text: said, ...more });
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
export const use = (id: string, input: unknown = {}, name = "lookup") => ({
  type: "tool_use",
  id,
  name,
  input,
});
export const result = (id: string, content?: unknown, more = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  ...(content === undefined ? {} : { content }),
  ...more,
});
const thinking = (said: string) => ({ type: "thinking", thinking: said, signature: `sig:${said}` });
const ephemeral = { cache_control: { type: "ephemeral" } };

export const fixtures: Record<string, Request> = {
  "an empty conversation": { messages: [] },
  "a text as string and as blocks": {
    messages: [user("a"), assistant([text("b")]), user([text("c"), text("d")]), assistant("e")],
  },
  "the system prompt apart, as text": { system: "be brief", messages: [user("hi")] },
  "the system prompt apart, as blocks": {
    system: [text("be brief"), text("and kind", ephemeral)],
    messages: [user("hi")],
  },
  "the system prompt apart, as one block": { system: [text("be brief")], messages: [user("hi")] },
  "a system message in the middle": {
    system: "be brief",
    messages: [
      user("hi"),
      { role: "system", content: "now be long" },
      assistant("hello"),
      user("and?"),
      { role: "system", content: [text("short again")] },
    ],
  },
  "parallel calls, all results in the next message": {
    messages: [
      user("both"),
      assistant([text("one moment"), use("a", { x: 1 }), use("b", { x: [2, null] })]),
      user([result("b", "two"), result("a", "one"), text("and hurry")]),
      assistant("done"),
    ],
  },
  "results: text, blocks, nothing, errors": {
    messages: [
      user("go"),
      assistant([use("a"), use("b"), use("c"), use("d"), use("e"), use("f"), use("g"), use("h")]),
      user([
        result("a", ""),
        result("b"),
        result("c", [text("x"), { type: "image", source: { type: "url", url: "https://a/b" } }]),
        result("d", "broken", { is_error: true }),
        result("e", [text("broken")], { is_error: true }),
        result("f", "fine", { is_error: false }),
        result("g", undefined, { is_error: true }),
        result("h", [], ephemeral),
      ]),
    ],
  },
  "neighbours of one role stay apart": {
    messages: [user("a"), user("b"), user([text("c")]), assistant("d"), assistant("e"), user("f")],
  },
  "thinking in its order, with its signatures": {
    messages: [
      user("2 + 2?"),
      assistant([
        thinking("a"),
        { type: "redacted_thinking", data: "ENCRYPTED" },
        thinking(""),
        text("let me see"),
        use("a"),
      ]),
      user([result("a", "4")]),
      assistant([thinking("c"), text("4")]),
    ],
  },
  "images and documents": {
    messages: [
      user([
        { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
        { type: "image", source: { type: "url", url: "https://example.com/a.png" }, ...ephemeral },
        { type: "image", source: { type: "file", file_id: "file_1" } },
        {
          type: "document",
          source: { type: "base64", media_type: "application/pdf", data: "AAAA" },
          title: "a.pdf",
          context: "a paper",
          citations: { enabled: true },
        },
        {
          type: "document",
          source: { type: "url", url: "https://example.com/a.pdf" },
          title: null,
        },
        { type: "document", source: { type: "text", media_type: "text/plain", data: "näïve 🌍" } },
        { type: "document", source: { type: "content", content: [text("x")] }, title: "chunks" },
        { type: "document", source: { type: "file", file_id: "file_2" }, title: "b.pdf" },
        { type: "container_upload", file_id: "file_3" },
        text("what is this?"),
      ]),
    ],
  },
  "tools of the server, citations, unknown blocks": {
    messages: [
      user([
        text("search"),
        { type: "search_result", source: "s", title: "t", content: [text("x")] },
      ]),
      assistant([
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
        {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_1",
          content: [{ type: "web_search_result", url: "https://a", encrypted_content: "E" }],
        },
        text("found", { citations: [{ type: "web_search_result_location", url: "https://a" }] }),
        text("plain", { citations: null }),
        { type: "block_of_the_future", anything: [1, { a: null }] },
      ]),
      user("thanks"),
    ],
  },
  "cache marks": {
    system: [text("be brief", { cache_control: { type: "ephemeral", ttl: "1h" } })],
    messages: [
      user([text("hi", ephemeral)]),
      assistant([{ ...use("a"), ...ephemeral }]),
      user([result("a", "x", ephemeral)]),
    ],
  },
  "other members of calls and results": {
    messages: [
      user("x"),
      assistant([{ ...use("a"), caller: { type: "direct" } }]),
      user([result("a", "x", { toolset_name: "computer" })]),
    ],
  },
  "all of Unicode, names that objects have": {
    messages: [
      user("naïve 🌍 \u0000 \u2028 \ufffe e\u0301"),
      assistant([
        use("constructor", JSON.parse('{"__proto__":{"a":1},"toString":1}'), "__proto__"),
      ]),
      user([result("constructor", "x")]),
    ],
  },
};
