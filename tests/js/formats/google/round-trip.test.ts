// `varve/formats/google`: what came in comes out exactly, also through a repository.
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkGoogle, fromGoogle, toGoogle } from "../../../../js/src/formats/google.js";
import { compiled, exact, stored } from "../support.js";
import { call, fixtures, type Request, response } from "./fixtures.js";

const read = ({ contents, systemInstruction }: Request) =>
  fromGoogle(contents, { systemInstruction });
const wanted = ({ contents, systemInstruction }: Request) => ({
  contents,
  config: systemInstruction === undefined ? {} : { systemInstruction },
});

test.each(Object.entries(fixtures))("%s", async (_, request) => {
  const direct = toGoogle(stored(read(request)));
  expect(direct).toEqual(wanted(request));
  expect(exact(direct)).toBe(exact(wanted(request)));
  expect(direct.warnings).toEqual([]);
  const through = toGoogle(await compiled(read(request)));
  expect(exact(through)).toBe(exact(wanted(request)));
  expect(through.warnings).toEqual([]);
  const problems = checkGoogle(direct).filter(({ rule }) => rule !== "no-contents");
  expect(problems).toEqual([]);
});

const said = fc.string({ unit: "binary", minLength: 1 });
const fields = fc.dictionary(fc.constantFrom("x", "partMetadata", "__proto__"), fc.jsonValue(), {
  maxKeys: 2,
});
const withFields = <T extends object>(part: fc.Arbitrary<T>) =>
  fc.tuple(part, fields).map(([given, more]) => Object.assign(Object.create(null), more, given));
const part = withFields(
  fc.oneof(
    fc.record({ text: said }),
    fc.record({ text: said, thoughtSignature: said }),
    fc.record({
      inlineData: fc.record({ mimeType: said, data: fc.base64String({ minLength: 4 }) }),
    }),
    fc.record({ fileData: fc.record({ fileUri: said, mimeType: said }) }),
    fc.record({ executableCode: fc.jsonValue() }),
  ),
);
const thought = fc.record({ text: said, thought: fc.constant(true) });
const calls = fc.array(
  fc.tuple(
    fc.constantFrom("f", "g", "__proto__"),
    fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: undefined }),
    fc.oneof(
      fc.record({ output: fc.jsonValue() }),
      fc.record({ error: fc.jsonValue() }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    ),
    fc.option(said, { nil: undefined }),
  ),
  { maxLength: 4 },
);
const turn = fc.record({
  asked: fc.array(part, { minLength: 1, maxLength: 3 }),
  before: fc.array(fc.oneof(part, thought), { maxLength: 2 }),
  calls,
  ids: fc.boolean(),
  said: part,
});

test("whatever contents are made of", async () => {
  let count = 0;
  const request = fc.array(turn, { maxLength: 4 }).map((turns) =>
    turns.flatMap(({ asked, before, calls, ids, said }): unknown[] => {
      const named = calls.map((each) => [...each, ids ? `id_${count++}` : undefined] as const);
      const asks = { role: "user", parts: asked };
      const answers = { role: "model", parts: [said] };
      if (named.length === 0) return [asks, answers];
      const made = named.map(([name, args, , signature, id]) =>
        call(name, args, signature === undefined ? {} : { thoughtSignature: signature }, id),
      );
      const given = named.map(([name, , output, , id]) => response(name, output, id));
      return [
        asks,
        { role: "model", parts: [...before, ...made] },
        { role: "user", parts: given },
        answers,
      ];
    }),
  );
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (given, stores) => {
      const contents = JSON.parse(JSON.stringify(given));
      const payloads = fromGoogle(contents);
      const back = toGoogle(stores ? await compiled(payloads) : stored(payloads));
      expect(exact(back)).toBe(exact({ contents, config: {} }));
      expect(back.warnings).toEqual([]);
    }),
  );
});

test("contents are read one by one as well, with or without ids", () => {
  for (const name of ["ids present", "ids absent"]) {
    const { contents } = fixtures[name] as Request;
    const payloads = contents.flatMap((content) => fromGoogle([content]));
    expect(toGoogle(stored(payloads)).contents).toEqual(contents);
  }
});
