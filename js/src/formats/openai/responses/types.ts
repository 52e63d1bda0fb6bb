// Items of OpenAI's Responses API, as far as varve reads them. Fields that are not listed are kept.

/** A part of a message of the user, the system or the developer. */
export type ResponsesInputPart =
  | { type: "input_text"; text: string }
  | {
      type: "input_image";
      detail: "auto" | "low" | "high" | "original";
      image_url?: string | null;
      file_id?: string | null;
    }
  | {
      type: "input_file";
      file_data?: string;
      file_url?: string;
      file_id?: string | null;
      filename?: string;
    };

/** A message as it is put in. The assistant's text can be a string here. */
export interface ResponsesMessage {
  type?: "message";
  role: "user" | "assistant" | "system" | "developer";
  content: string | ResponsesInputPart[];
  phase?: "commentary" | "final_answer" | null;
}

/** An item, as the SDK's `input` takes them. All kinds that are not written out have their `type`. */
export type ResponsesItem =
  | ResponsesMessage
  | { type: "function_call"; call_id: string; name: string; arguments: string; id?: string }
  | {
      type: "function_call_output";
      call_id: string;
      output: string | ResponsesInputPart[];
      id?: string | null;
    }
  | { type: "custom_tool_call"; call_id: string; name: string; input: string; id?: string }
  | {
      type: "custom_tool_call_output";
      call_id: string;
      output: string | ResponsesInputPart[];
      id?: string;
    };
