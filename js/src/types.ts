// The public types, written by hand: this is the truth that the module is checked against.
export type * from "./types/care.js";
export type * from "./types/chat.js";
export type * from "./types/commit.js";
export type * from "./types/compile.js";
export type * from "./types/compress.js";
export type * from "./types/content.js";
export type * from "./types/content-types.js";
export type * from "./types/journal.js";
export type * from "./types/json.js";
export type * from "./types/models.js";
export type * from "./types/policies.js";
export type * from "./types/repository.js";
export type * from "./types/search.js";
export type * from "./types/shrink.js";
export type * from "./types/storage.js";
export type * from "./types/turn.js";
export type * from "./types/varve.js";
