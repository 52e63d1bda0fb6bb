// What is no request of Anthropic's is named by its place.
import { describe, expect, test } from "vitest";
import { isVarveError } from "../../../../js/src/errors.js";
import { fromAnthropic } from "../../../../js/src/formats/anthropic.js";
import { thrown } from "../support.js";
import { result } from "./fixtures.js";

describe("what is no message is named by its index and place", () => {
  const good = { role: "user", content: "hello" };
  const blocks = (...content: unknown[]) => ({ role: "assistant", content });
  test.each<[string, unknown, string]>([
    ["not an object", 5, "/1"],
    ["an unknown role", { role: "tool", content: "x" }, "/1/role"],
    ["no content", { role: "user" }, "/1/content"],
    ["a block that is none", blocks("x"), "/1/content/0"],
    ["a block without a type", blocks({ text: "x" }), "/1/content/0/type"],
    ["a text that is none", blocks({ type: "text", text: 1 }), "/1/content/0/text"],
    [
      "thinking without a signature",
      blocks({ type: "thinking", thinking: "" }),
      "/1/content/0/signature",
    ],
    ["a call without an id", blocks({ type: "tool_use", name: "f", input: {} }), "/1/content/0/id"],
    [
      "a call without input",
      blocks({ type: "tool_use", id: "a", name: "f" }),
      "/1/content/0/input",
    ],
    ["a result without an id", blocks({ type: "tool_result" }), "/1/content/0/tool_use_id"],
    ["a result that is a number", blocks(result("a", 5)), "/1/content/0/content"],
    ["an image without a source", blocks({ type: "image" }), "/1/content/0/source"],
    [
      "a source without data",
      blocks({ type: "image", source: { type: "base64" } }),
      "/1/content/0/source/data",
    ],
  ])("%s", (_, message, pointer) => {
    const error = thrown(() => fromAnthropic([good, message]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 1, pointer });
  });

  test("a list that is none, and a system prompt that is none", () => {
    for (const list of [undefined, null, {}, "x", { messages: {} }]) {
      expect(
        isVarveError(
          thrown(() => fromAnthropic(list as never)),
          "Format",
        ),
      ).toBe(true);
    }
    const error = thrown(() => fromAnthropic({ system: [{ type: "text" }], messages: [] }));
    expect(isVarveError(error, "Format") && error.details).toEqual({ pointer: "/system/0/text" });
    expect((error as Error).message).toBe(
      "system: expected a string at /system/0/text, found nothing",
    );
  });
});
