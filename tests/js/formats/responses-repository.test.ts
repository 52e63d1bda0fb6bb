// Items of the Responses API, committed, compiled and converted back: exactly what came in.
import { expect, test } from "vitest";
import { fromResponses, toResponses } from "../../../js/src/formats/openai.js";
import { throughRepository } from "./histories.js";
import { responses } from "./responses-fixtures.js";

test.each(Object.keys(responses))("%s", async (name) => {
  const input = responses[name] as readonly unknown[];
  const messages = await throughRepository(fromResponses(input, { instructions: "be brief" }));
  expect(toResponses(messages)).toEqual({ instructions: "be brief", input, warnings: [] });
});
