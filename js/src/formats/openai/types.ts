// OpenAI's Chat Completions messages, as far as varve reads them. Fields that are not listed are kept.

/** A part of a content array. Unknown types are kept. */
export type OpenAIContentPart =
  | { type: "text"; text: string }
  | { type: "refusal"; refusal: string }
  | { type: "image_url"; image_url: { url: string; detail?: "auto" | "low" | "high" } }
  | { type: "input_audio"; input_audio: { data: string; format: "wav" | "mp3" } }
  | { type: "file"; file: { file_data?: string; file_id?: string; filename?: string } };

type TextPart = Extract<OpenAIContentPart, { type: "text" }>;
type UserPart = Exclude<OpenAIContentPart, { type: "refusal" }>;
type AssistantPart = Extract<OpenAIContentPart, { type: "text" | "refusal" }>;

/** A tool call. The arguments are the model's text, JSON or not. */
export type OpenAIToolCall =
  | { id: string; type: "function"; function: { name: string; arguments: string } }
  | { id: string; type: "custom"; custom: { name: string; input: string } };

/** A message, as the SDK's `messages` takes them. */
export type OpenAIMessage =
  | { role: "developer"; content: string | TextPart[]; name?: string }
  | { role: "system"; content: string | TextPart[]; name?: string }
  | { role: "user"; content: string | UserPart[]; name?: string }
  | {
      role: "assistant";
      content?: string | AssistantPart[] | null;
      name?: string;
      refusal?: string | null;
      tool_calls?: OpenAIToolCall[];
      function_call?: { name: string; arguments: string } | null;
      audio?: { id: string } | null;
    }
  | { role: "tool"; content: string | TextPart[]; tool_call_id: string }
  | { role: "function"; content: string | null; name: string };
