// Messages that are easy to get wrong, by what is hard about them.

const call = (id: string, args: string, name = "lookup") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const calling = (...calls: unknown[]) => ({ role: "assistant", content: null, tool_calls: calls });
const result = (id: string, content: unknown) => ({ role: "tool", tool_call_id: id, content });

export const fixtures: Record<string, readonly unknown[]> = {
  "an empty conversation": [],
  "null, empty and absent content": [
    { role: "assistant", content: null },
    { role: "assistant", content: "" },
    { role: "assistant" },
    { role: "assistant", content: [] },
    { role: "user", content: "" },
    { role: "user", content: null },
    { role: "user" },
    { role: "user", content: [] },
    { role: "tool", tool_call_id: "a", content: null },
    { role: "tool", tool_call_id: "a", content: "" },
    { role: "tool", tool_call_id: "a" },
    { role: "tool", tool_call_id: "a", content: [] },
  ],
  "content beside calls": [
    { role: "assistant", content: "one moment", tool_calls: [call("a", "{}")] },
    { role: "assistant", content: "", tool_calls: [call("b", "{}")] },
    { role: "assistant", tool_calls: [call("c", "{}")] },
  ],
  "parallel calls, answered out of order": [
    calling(call("a", '{"x":1}'), call("b", '{"x":2}')),
    result("b", "two"),
    result("a", "one"),
  ],
  "repeated call ids": [
    calling(call("a", '{"x":1}')),
    result("a", "one"),
    calling(call("a", '{"x":2}')),
    result("a", "two"),
  ],
  "argument text that is not canonical JSON, or not JSON at all": [
    calling(
      ...[
        "",
        " ",
        "{",
        "not json",
        "{}",
        "{ }",
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1,"a":2}',
        '{"a":1.0}',
        "1e400",
        "-0",
        "null",
        '"text"',
        "12345678901234567890",
        '{"half":"\\ud800"}',
        '{"\\udfff":1}',
        '{"__proto__":{"polluted":true}}',
        '{"a":"\\u00e4"}',
        '{"a":"ä"}\n',
        "[".repeat(5000) + "]".repeat(5000),
        `${"[".repeat(120)}${"]".repeat(120)}`,
      ].map((text, index) => call(`call_${index}`, text)),
    ),
  ],
  "content parts": [
    {
      role: "user",
      content: [
        { type: "text", text: "what is this?" },
        { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "high" } },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "image_url", image_url: { url: "" }, cache_control: { type: "ephemeral" } },
        { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
        { type: "input_audio", input_audio: { data: "AA,A", format: "mp3", extra: 1 } },
        { type: "input_audio", input_audio: { data: "", format: "flac" } },
        { type: "file", file: { file_id: "file-1" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,AA", filename: "a.pdf" } },
        { type: "file", file: { file_data: "AAAA", filename: null } },
        { type: "video_url", video_url: { url: "https://example.com/a.mp4" } },
        { type: "text", text: "" },
      ],
    },
    { role: "user", content: [{ type: "text", text: "alone" }] },
    {
      role: "system",
      content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }],
    },
    {
      role: "developer",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    result("a", [
      { type: "text", text: "part one" },
      { type: "text", text: "part two" },
    ]),
    result("a", [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }]),
  ],
  refusals: [
    { role: "assistant", content: null, refusal: "I cannot help with that." },
    { role: "assistant", content: "Well.", refusal: null },
    { role: "assistant", content: "Well.", refusal: "No." },
    { role: "assistant", refusal: "" },
    { role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "a" },
        { type: "refusal", refusal: "b", x: 1 },
      ],
    },
  ],
  "custom calls": [
    calling({ id: "a", type: "custom", custom: { name: "python", input: "print(1)" } }),
    result("a", "1"),
    calling({ id: "b", type: "custom", custom: { name: "python", input: '{"a": 1}', x: 1 }, y: 2 }),
  ],
  "the legacy function role": [
    {
      role: "assistant",
      content: null,
      function_call: { name: "weather", arguments: '{ "in": "Oslo"}' },
    },
    { role: "function", name: "weather", content: "rain" },
    { role: "assistant", content: "Rain.", function_call: null },
    { role: "assistant", content: "x", function_call: { name: "weather", arguments: "", more: 1 } },
    { role: "function", name: "weather", content: null },
    { role: "function", name: "unasked", content: "" },
  ],
  "names and roles": [
    { role: "developer", content: "be brief", name: "ops" },
    { role: "user", content: "hi", name: "" },
    { role: "user", content: "hi", name: null },
    { role: "assistant", content: "hi", name: "bot" },
    { role: "tool", tool_call_id: "a", name: "lookup", content: "x" },
  ],
  "fields of an answer as the API gives it": [
    {
      role: "assistant",
      content: "See [1].",
      refusal: null,
      annotations: [{ type: "url_citation", url_citation: { url: "https://example.com" } }],
      audio: { id: "audio_1" },
      tool_calls: [],
    },
    { role: "assistant", content: "x", tool_calls: null, function_call: null, audio: null },
    { role: "user", content: "x", tool_calls: [1], refusal: "kept", metadata: { a: [null] } },
  ],
  "calls of other servers": [
    calling({ id: "a", function: { name: "f", arguments: "{}" } }),
    calling({
      id: "b",
      index: 0,
      type: "function",
      function: { name: "f", arguments: "{}", strict: true },
      extra_content: { google: { thought_signature: "AA==" } },
    }),
  ],
  thinking: [
    { role: "assistant", content: "4", reasoning_content: "2 + 2" },
    { role: "assistant", content: "4", reasoning: "2 + 2", reasoning_details: [{ type: "x" }] },
    { role: "assistant", content: "4", reasoning_content: null, reasoning: "" },
  ],
  "all of Unicode": [
    { role: "user", content: "naïve 🌍 \u0000 \u2028 \ufffe e\u0301" },
    calling(call("a", '{"ключ":"значение 🌍"}')),
  ],
  "names that objects have already": [
    JSON.parse(
      '{"role":"user","content":"x","__proto__":{"a":1},"constructor":{"b":1},"toString":1}',
    ),
    calling(call("__proto__", "{}", "constructor")),
    result("__proto__", "x"),
  ],
};
