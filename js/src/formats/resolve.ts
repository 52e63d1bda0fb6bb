// Files on their way out: where a message names bytes, or holds them, the converters find what came in again, base64
// in its place. Where a file is not there (any more), or the model takes none of its kind, a mark in words stands.
import { isBytes } from "../plain.js";
import type { FilePart, NewFilePart, Part, TextPart } from "../types/content.js";
import type { JsonInput } from "../types/json.js";
import type { Media } from "../types/models.js";
import { base64Of } from "./bytes.js";
import { isLeaf, type Leaf, mapped, urlHead } from "./lift.js";
import type { Convertible, PlainMessage } from "./messages.js";
import { isFormatPart } from "./messages.js";
import { partOfOutput } from "./outputs.js";
import type { FormatWarning } from "./warnings.js";

/** What converters take about files. */
export interface FileOptions {
  /**
   * What the model takes besides text, as `accepts` of `varve/models` says it; none: text only. Of other media a
   * mark in words is sent, with a warning (`unsupported-file`). Default: nothing is known, and all is sent.
   */
  accepts?: readonly Media[] | undefined;
}

/** The medium of a file; undefined for documents, which are text to models or refused by all of them. */
export function mediumOf(mediaType: string): Media | undefined {
  if (mediaType === "application/pdf") return "pdf";
  return /^(image|audio|video)\//.exec(mediaType)?.[1] as Media | undefined;
}

/** What messages are resolved with. */
interface Context {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly accepts: readonly Media[] | undefined;
  readonly warn: (kind: "missing-file" | "unsupported-file", message: string) => void;
}

/** Where bytes are missing: the part that needs them becomes a mark. */
class Missing {
  readonly mediaType: string;

  constructor({ mediaType }: Leaf) {
    this.mediaType = mediaType;
  }
}

const NONE: ReadonlyMap<string, Uint8Array> = new Map();

/** The messages with all files as they came in: those without any are the same objects. */
export function resolve(
  compiled: Convertible,
  options: FileOptions,
  warnings: FormatWarning[],
): readonly PlainMessage[] {
  const { messages, files = NONE } = "messages" in compiled ? compiled : { messages: compiled };
  const { accepts } = options;
  let index = 0;
  const context: Context = {
    files,
    accepts,
    warn: (kind, message) => warnings.push({ kind, index, message }),
  };
  return mapped(messages as readonly PlainMessage[], (message) => {
    index = messages.indexOf(message as never, index);
    return resolveMessage(message, context);
  });
}

function resolveMessage(message: PlainMessage, context: Context): PlainMessage {
  const parts = mapped(message.parts, (part) => resolvePart(part, context));
  const provider = message.provider && quietly(() => inflate(message.provider, context));
  if (parts === message.parts && provider === message.provider) return message;
  return { ...message, parts, ...(provider && { provider }) } as PlainMessage;
}

function resolvePart(part: Part, context: Context): Part {
  try {
    const provider = part.provider && inflate(part.provider, context);
    const own = provider === part.provider ? part : ({ ...part, provider } as Part);
    if (own.type === "file") return resolveFile(own, context);
    if (own.type === "custom" && isFormatPart(own)) {
      const value = inflate(own.value, context);
      return value === own.value ? own : ({ ...own, value } as Part);
    }
    if (own.type !== "tool-result" || own.output.type !== "content") return own;
    const value = mapped(own.output.value, (each) => resolveElement(each, context));
    if (value === own.output.value) return own;
    return { ...own, output: { type: "content", value: value as JsonInput[] } };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    const mark = missing(error, context);
    if (part.type !== "tool-result") return mark;
    const { provider: _, ...rest } = part; // what it says itself is enough
    return resolvePart(rest, context);
  }
}

function resolveFile(part: FilePart | NewFilePart, context: Context): FilePart | TextPart {
  const unsupported = refused(part, context);
  if (unsupported !== undefined) return unsupported;
  if (part.data === undefined) return part as FilePart;
  const { data, tokens: _, ...rest } = part as NewFilePart;
  const bytes = isBytes(data) ? data : context.files.get(data);
  return bytes
    ? { ...rest, url: urlHead(part.mediaType) + base64Of(bytes) }
    : missing(part, context);
}

/** A part of a tool's output. */
function resolveElement(element: JsonInput, context: Context): JsonInput {
  if (isNamed(element)) return { ...resolveFile(element as unknown as FilePart, context) };
  try {
    const own = inflate(element, context);
    const part = own === element && context.accepts === undefined ? undefined : partOfOutput(own);
    const mark = part?.type === "file" ? refused(part, context) : undefined;
    return mark === undefined ? own : { ...mark };
  } catch (error) {
    if (error instanceof Missing) return { ...missing(error, context) };
    throw error;
  }
}

/** Any JSON with the texts that came in; the same value where there is nothing to do. Throws `Missing`. */
function inflate<V>(value: V, context: Context): V {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return mapped(value, (item) => inflate(item, context)) as V;
  if (isLeaf(value)) return textOf(value, context) as V;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    const other = inflate(member, context);
    if (other === member) continue;
    copy ??= { ...(value as Record<string, unknown>) };
    copy[name] = other;
  }
  return (copy ?? value) as V;
}

/** Whether a part of an output is a file of varve's own, and no foreign one that looks like it. */
function isNamed(value: JsonInput): boolean {
  const { type, mediaType, data, form } = (value ?? {}) as Partial<Leaf>;
  if (type !== "file" || typeof mediaType !== "string" || form !== undefined) return false;
  return isBytes(data) || /^[0-9a-f]{64}$/.test(String(data));
}

function textOf(leaf: Leaf, { files }: Context): string {
  const bytes = isBytes(leaf.data) ? leaf.data : files.get(leaf.data);
  if (bytes === undefined) throw new Missing(leaf);
  return (leaf.form === "url" ? urlHead(leaf.mediaType) : "") + base64Of(bytes);
}

/** What is remembered of a message is no part of it: it stays as it is where bytes are missing. */
function quietly<V>(run: () => V): V | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

type Described = Pick<FilePart, "mediaType" | "filename">;

/** The mark of a file that the model does not take. */
function refused(part: Described, { accepts, warn }: Context): TextPart | undefined {
  const medium = mediumOf(part.mediaType);
  if (accepts === undefined || medium === undefined || accepts.includes(medium)) return undefined;
  warn("unsupported-file", `${nameOf(part)} is not sent: the model does not take its kind`);
  return { type: "text", text: `[${nameOf(part)}: not shown, as this model cannot read it]` };
}

function missing(part: Described, { warn }: Context): TextPart {
  const ways = "erased, freed, or not given: convert the compile itself, or pass its files";
  warn("missing-file", `the bytes of ${nameOf(part)} are not there (${ways})`);
  return { type: "text", text: `[${nameOf(part)}: no longer available]` };
}

const nameOf = ({ mediaType, filename }: Described) =>
  filename === undefined ? `a file of ${mediaType}` : `${JSON.stringify(filename)} (${mediaType})`;
