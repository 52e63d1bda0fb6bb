// Compiling is passing: what converters give is what the real packages take, and the other way round.
import type { ModelMessage as ModelMessage6, UIMessage as UIMessage6 } from "ai6";
import type { ModelMessage as ModelMessage7, UIMessage as UIMessage7 } from "ai7";
import type OpenAI from "openai";
import { expectTypeOf } from "vitest";
import {
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "../../js/src/formats/ai-sdk.js";
import { check } from "../../js/src/formats/check.js";
import { fromOpenAI, fromResponses, toOpenAI, toResponses } from "../../js/src/formats/openai.js";
import { extractUsage } from "../../js/src/formats/usage.js";
import type { Compiled, SentReport } from "../../js/src/types/compile.js";

declare const compiled: Compiled;
declare const openai: OpenAI;

// OpenAI's SDK takes what is written, and what it gives can be read.
type ChatParams = OpenAI.Chat.Completions.ChatCompletionMessageParam;
const chat = toOpenAI(compiled);
expectTypeOf(chat.messages).toExtend<ChatParams[]>();
const completion = await openai.chat.completions.create({ model: "m", messages: chat.messages });
fromOpenAI(completion.choices.map(({ message }) => message));
fromOpenAI([] as ChatParams[]);

const { instructions, input } = toResponses(compiled);
expectTypeOf(input).toExtend<OpenAI.Responses.ResponseInput>();
const response = await openai.responses.create({
  model: "m",
  input,
  ...(instructions === undefined ? {} : { instructions }),
});
fromResponses(response.output);
fromResponses([] as OpenAI.Responses.ResponseInput, { instructions: null });

// So does the AI SDK, in both majors.
expectTypeOf(toModelMessages(compiled).messages).toExtend<ModelMessage7[]>();
expectTypeOf(toModelMessages(compiled, { major: 6 }).messages).toExtend<ModelMessage6[]>();
fromModelMessages([] as ModelMessage6[]);
fromModelMessages([] as ModelMessage7[]);
fromUIMessages([] as UIMessage6[]);
fromUIMessages([] as UIMessage7[]);
expectTypeOf(toUIMessages<UIMessage7>(compiled).messages).toEqualTypeOf<UIMessage7[]>();
expectTypeOf(toUIMessages<UIMessage6>(compiled).messages).toEqualTypeOf<UIMessage6[]>();
// @ts-expect-error no such major
toModelMessages(compiled, { major: 5 });

// Checks take any list, of formats that are known.
check(chat.messages, "openai-chat");
// @ts-expect-error no such format
check(chat.messages, "openai");

// What an answer cost can be reported as it is.
const { model, ...usage } = extractUsage(completion);
expectTypeOf({ model: model ?? "m", usage }).toExtend<SentReport>();
