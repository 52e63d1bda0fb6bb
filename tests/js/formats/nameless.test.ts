// Gemini's calls may come without ids: through the AI SDK they go with ids that every provider takes.
import { expect, test } from "vitest";
import { checkAISDK, toModelMessages } from "../../../js/src/formats/ai-sdk.js";
import { fromGoogle, toGoogle } from "../../../js/src/formats/google.js";

const call = (name: string) => ({ functionCall: { name, args: {} } });
const response = (name: string, output: string) => ({
  functionResponse: { name, response: { output } },
});
const contents = [
  { role: "user", parts: [{ text: "hello" }] },
  { role: "model", parts: [call("f"), call("f"), call("g")] },
  { role: "user", parts: [response("f", "1"), response("f", "2"), response("g", "3")] },
  { role: "model", parts: [call("f")] },
  { role: "user", parts: [response("f", "4")] },
];

test("calls without ids get one of their own, and their results with them", () => {
  const payloads = fromGoogle(contents);
  const { messages, warnings } = toModelMessages(payloads);
  const ids = (role: string) =>
    messages
      .filter((message) => message.role === role)
      .flatMap(({ content }) => content as unknown as { toolCallId: string }[])
      .map(({ toolCallId }) => toolCallId);
  expect(ids("assistant")).toEqual(["f", "f_2", "g", "f_3"]);
  expect(ids("tool")).toEqual(["f", "f_2", "g", "f_3"]);
  expect(warnings.map(({ kind, index }) => [kind, index])).toEqual([
    ["changed-id", 1],
    ["changed-id", 3],
  ]);
  expect(checkAISDK(messages)).toEqual([]);
  expect(toGoogle(payloads).contents).toEqual(contents);
});
