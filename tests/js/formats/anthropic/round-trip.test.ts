// `varve/formats/anthropic`: what came in comes out exactly, also through a repository.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkAnthropic,
  fromAnthropic,
  toAnthropic,
} from "../../../../js/src/formats/anthropic.js";
import { compiled, exact, stored } from "../support.js";
import { fixtures, type Request, result, use } from "./fixtures.js";

const plain = ({ system, messages }: Request) =>
  system === undefined ? { messages } : { system, messages };

test.each(Object.entries(fixtures))("%s", async (_, request) => {
  const direct = toAnthropic(stored(fromAnthropic(request)));
  expect({ ...direct }).toEqual(plain(request));
  expect(exact(direct)).toBe(exact(plain(request)));
  expect(direct.warnings).toEqual([]);
  const through = toAnthropic(await compiled(fromAnthropic(request)));
  expect(exact(through)).toBe(exact(plain(request)));
  expect(through.warnings).toEqual([]);
  const problems = checkAnthropic(direct).filter(({ rule }) => rule !== "no-messages");
  expect(problems).toEqual([]);
});

const said = fc.string({ unit: "binary", minLength: 1 }).map((text) => `${text}.`);
const fields = fc.dictionary(fc.constantFrom("x", "citations", "__proto__"), fc.jsonValue(), {
  maxKeys: 2,
});
const withFields = <T extends object>(block: fc.Arbitrary<T>) =>
  fc.tuple(block, fields).map(([given, more]) => Object.assign(Object.create(null), more, given));
const text = withFields(fc.record({ type: fc.constant("text"), text: said }));
const source = fc.oneof(
  fc.record({ type: fc.constant("url"), url: said }),
  fc.record({ type: fc.constant("file"), file_id: said }),
  fc.record({ type: fc.constant("text"), media_type: fc.constant("text/plain"), data: said }),
  fc.record({
    type: fc.constant("base64"),
    media_type: fc.constantFrom("image/png", "application/pdf"),
    data: fc.base64String({ minLength: 4 }),
  }),
);
const file = withFields(fc.record({ type: fc.constantFrom("image", "document"), source }));
const thought = fc.oneof(
  fc.record({ type: fc.constant("thinking"), thinking: fc.string(), signature: said }),
  fc.record({ type: fc.constant("redacted_thinking"), data: said }),
);
const unknown = fc.record({ type: fc.constant("unknown_block"), value: fc.jsonValue() });
const output = fc.oneof(fc.string({ unit: "binary" }), fc.array(text, { maxLength: 2 }));
const content = fc.oneof(
  said,
  fc.array(fc.oneof(text, file, unknown), { minLength: 1, maxLength: 3 }),
);

/** A turn of the user, and the assistant's, perhaps with calls that the next message answers. */
const turn = fc.record({
  asked: content,
  before: fc.array(fc.oneof(thought, text, unknown), { maxLength: 3 }),
  calls: fc.array(fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), output, fc.boolean()), {
    maxLength: 3,
  }),
  said,
});

test("whatever a request is made of", async () => {
  let count = 0;
  const request = fc.array(turn, { maxLength: 4 }).map((turns) => ({
    messages: turns.flatMap(({ asked, before, calls, said }): unknown[] => {
      const ids = calls.map(() => `toolu_${count++}`);
      const uses = calls.map(([input], position) => use(ids[position] as string, input));
      const results = calls.map(([, value, failed], position) =>
        result(ids[position] as string, value, failed ? { is_error: true } : {}),
      );
      const asks = { role: "user", content: asked };
      const answers = { role: "assistant", content: said };
      if (uses.length === 0) return [asks, answers];
      return [
        asks,
        { role: "assistant", content: [...before, ...uses] },
        { role: "user", content: results },
        answers,
      ];
    }),
  }));
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (given, stores) => {
      const wanted = JSON.parse(JSON.stringify(given));
      const payloads = fromAnthropic(wanted);
      const back = toAnthropic(stores ? await compiled(payloads) : stored(payloads));
      expect(exact(back)).toBe(exact(wanted));
      expect(back.warnings).toEqual([]);
    }),
  );
});

test("messages and answers are read one by one as well", () => {
  const { messages } = fixtures["parallel calls, all results in the next message"] as Request;
  const payloads = messages.flatMap((message) => fromAnthropic([message]));
  expect({ ...toAnthropic(stored(payloads)) }).toEqual({ messages });
});

test("an answer of the API is a message, and what else it says is not sent back", () => {
  const answer = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-8",
    content: [{ type: "text", text: "hi", citations: null }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const payloads = fromAnthropic([{ role: "user", content: "hi" }, answer]);
  expect(payloads[1]?.provider?.anthropic).toMatchObject({ response: { id: "msg_1" } });
  expect(toAnthropic(payloads).messages[1]).toEqual({ role: "assistant", content: answer.content });
});
