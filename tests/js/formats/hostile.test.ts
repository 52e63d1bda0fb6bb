// Whatever a history holds, its requests are such that the providers take them.
import fc from "fast-check";
import type { Message } from "varve";
import { expect, test } from "vitest";
import { checkAnthropic, fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { checkGoogle, fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import { compileHistory, history } from "./hostile.js";
import { exact } from "./support.js";

const RUNS = { numRuns: 400 };

/** An empty list is refused as well, but there is nothing to be said. */
const serious = (problems: { rule: string }[]) =>
  problems.filter(({ rule }) => rule !== "no-messages" && rule !== "no-contents");

const says = (messages: readonly Message[]) =>
  messages.some(
    ({ role, parts }) =>
      role === "user" && parts.some((part) => part.type === "text" && /\S/.test(part.text)),
  );

test("Anthropic takes any compile of any history", async () => {
  const options = fc.record({
    model: fc.constantFrom(undefined, "claude-opus-5", "claude-haiku-4-5"),
    system: fc.constantFrom("top" as const, "in-place" as const),
    cache: fc.option(
      fc.record({
        stablePrefix: fc.record({ messages: fc.nat(12), tokens: fc.nat(5000) }),
        ttl: fc.constantFrom(undefined, "1h" as const),
      }),
      { nil: undefined },
    ),
  });
  await fc.assert(
    fc.asyncProperty(history, options, async ([steps, compile], to) => {
      const messages = await compileHistory(steps, compile);
      const request = toAnthropic(messages, to);
      expect(serious(checkAnthropic(request))).toEqual([]);
      if (says(messages)) expect(request.messages.length).toBeGreaterThan(0);
      // What came out is read, and comes out the same.
      expect(exact(toAnthropic(fromAnthropic(request)))).toBe(exact(request));
    }),
    RUNS,
  );
}, 120_000);

test("Gemini takes any compile of any history", async () => {
  const model = fc.constantFrom(undefined, "gemini-2.5-pro");
  await fc.assert(
    fc.asyncProperty(history, model, async ([steps, compile], model) => {
      const messages = await compileHistory(steps, compile);
      const request = toGoogle(messages, { model });
      expect(serious(checkGoogle(request))).toEqual([]);
      if (says(messages)) expect(request.contents.length).toBeGreaterThan(0);
      const { systemInstruction } = request.config;
      const back = toGoogle(fromGoogle(request.contents, { systemInstruction }), { model });
      expect(exact(back)).toBe(exact(request));
    }),
    RUNS,
  );
}, 120_000);

test("payloads that were never compiled are taken as well", () => {
  const list = fc.array(
    history.map(([steps]) => steps.map(({ payload }) => payload as { contentType: string })),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(list, (lists) => {
      const payloads = lists
        .flat()
        .filter((payload) => payload.contentType === "message") as unknown as Message[];
      expect(serious(checkAnthropic(toAnthropic(payloads)))).toEqual([]);
      expect(serious(checkGoogle(toGoogle(payloads)))).toEqual([]);
    }),
    RUNS,
  );
}, 120_000);
