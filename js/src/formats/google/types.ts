// Google's contents (Gemini), as far as varve reads them. Members and parts that are not listed are kept.
import type { FileOptions } from "../resolve.js";
import type { FormatWarning } from "../warnings.js";

/** The model asks for a function. */
export interface GoogleFunctionCall {
  id?: string;
  name?: string;
  args?: Record<string, unknown>;
}

/** A function answers: `{ output }` or `{ error }`, or an object that is all output. */
export interface GoogleFunctionResponse {
  id?: string;
  name?: string;
  response?: Record<string, unknown>;
}

/** A part. Parts with other data are kept. */
export interface GooglePart {
  text?: string;
  /** The text is a summary of the model's thinking. */
  thought?: boolean;
  /** What the model thought, for the model alone. Goes back with the part it came with. */
  thoughtSignature?: string;
  functionCall?: GoogleFunctionCall;
  functionResponse?: GoogleFunctionResponse;
  inlineData?: { mimeType?: string; data?: string; displayName?: string };
  fileData?: { mimeType?: string; fileUri?: string; displayName?: string };
}

/** A message. */
export interface GoogleContent {
  /** `user` or `model`. */
  role?: string;
  parts?: GooglePart[];
}

/** What a call of the SDK spreads, and what could not be said. */
export interface GoogleRequest {
  contents: GoogleContent[];
  config: {
    /** Absent where there is none. */
    systemInstruction?: string | GoogleContent | GooglePart | GooglePart[];
  };
  /** Not enumerable: spreading the request leaves them out. */
  readonly warnings: FormatWarning[];
}

/** What `fromGoogle` takes beside the contents. */
export interface FromGoogleOptions {
  /** As `config.systemInstruction`: a text, a content, a part, or parts. */
  systemInstruction?: unknown;
  /** The model that wrote the contents: its signatures are for no other. */
  model?: string | undefined;
}

/** What `toGoogle` takes beside the messages. */
export interface ToGoogleOptions extends FileOptions {
  /**
   * The model that will answer. Signatures that are known to be of another one are left out, and calls
   * without the signature that this one demands are warned of.
   */
  model?: string | undefined;
}
