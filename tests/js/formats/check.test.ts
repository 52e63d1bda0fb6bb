// `varve/formats/check`: one door to the checks of all formats.
import { expect, test } from "vitest";
import { type CheckedFormat, check } from "../../../js/src/formats/check.js";

test.each<[CheckedFormat, unknown, string]>([
  ["openai-chat", { role: "user" }, "content-required"],
  ["openai-responses", { type: "reasoning", summary: [] }, "reasoning-followed"],
  ["ai-sdk", { role: "user" }, "content"],
  ["anthropic", { role: "user" }, "content"],
  ["google", { role: "user" }, "parts"],
])("%s", (format, message, rule) => {
  expect(check([message], format)).toMatchObject([{ rule, index: 0 }]);
  const good = format === "google" ? { parts: [{ text: "hi" }] } : { content: "hi" };
  expect(check([{ role: "user", ...good }], format)).toEqual([]);
});

test("a format that nobody knows is refused, whatever objects have", () => {
  for (const format of ["openai", "toString", "__proto__"]) {
    expect(() => check([], format as never)).toThrow(expect.objectContaining({ code: "Format" }));
  }
});
