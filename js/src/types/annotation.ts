// How important entries are: annotations.
import type { Author } from "./author.js";

/** How important an entry is. `unset` returns to the default of its type. */
export type Priority = "skip" | "normal" | "pinned" | "unset";

/** An annotation; its id is the SHA-256 of the canonical JSON of these. */
export interface AnnotationFields {
  author?: Author;
  createdAt: number;
  priority: Priority;
  reason?: string;
  target: string;
}

/** An annotation, with the hash that names it. */
export interface Annotation extends AnnotationFields {
  /** SHA-256 of its other fields as canonical JSON. */
  id: string;
}
