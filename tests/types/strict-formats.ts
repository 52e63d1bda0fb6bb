// Compiling is passing: what the converters give is what the SDKs take, and what the SDKs give is read.
import type Anthropic from "@anthropic-ai/sdk";
import type { Content, GenerateContentParameters, GoogleGenAI } from "@google/genai";
import { expectTypeOf } from "vitest";
import {
  type AnthropicMessage,
  checkAnthropic,
  fromAnthropic,
  toAnthropic,
} from "../../js/src/formats/anthropic.js";
import { check, type FormatProblem } from "../../js/src/formats/check.js";
import {
  checkGoogle,
  fromGoogle,
  type GoogleContent,
  toGoogle,
} from "../../js/src/formats/google.js";
import type { Compiled, MessagePayload } from "../../js/src/types.js";

declare const compiled: Compiled;

// Anthropic's.
declare const client: Anthropic;
const request = toAnthropic(compiled, {
  model: "claude-opus-4-8",
  cache: { stablePrefix: compiled.stablePrefix, ttl: "1h" },
});
const params: Anthropic.MessageCreateParamsNonStreaming = {
  model: "claude-opus-4-8",
  max_tokens: 1024,
  ...request,
};
const answer = await client.messages.create(params);
expectTypeOf(fromAnthropic([answer])).toEqualTypeOf<MessagePayload[]>();
expectTypeOf(fromAnthropic(params)).toEqualTypeOf<MessagePayload[]>();
expectTypeOf(checkAnthropic(params)).toEqualTypeOf<FormatProblem[]>();
expectTypeOf<AnthropicMessage>().toExtend<Anthropic.MessageParam>();
// @ts-expect-error a duration that the API does not have
toAnthropic(compiled, { cache: { stablePrefix: compiled.stablePrefix, ttl: "2h" } });

// Google's.
declare const google: GoogleGenAI;
const { contents, config } = toGoogle(compiled, { model: "gemini-3-pro" });
const given: GenerateContentParameters = { model: "gemini-3-pro", contents, config };
const generated = await google.models.generateContent({ ...given, ...toGoogle(compiled) });
const content: Content = generated.candidates?.[0]?.content ?? {};
expectTypeOf(fromGoogle([content], { model: "gemini-3-pro" })).toEqualTypeOf<MessagePayload[]>();
expectTypeOf(checkGoogle({ contents, config })).toEqualTypeOf<FormatProblem[]>();
expectTypeOf<GoogleContent>().toExtend<Content>();
// @ts-expect-error contents are a list
fromGoogle("hello");

expectTypeOf(check(request.messages, "anthropic")).toEqualTypeOf<FormatProblem[]>();
// @ts-expect-error no such format
check([], "claude");
