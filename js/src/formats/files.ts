// `varve/formats/files`: what files cost which model, and which media models take.

export type { Media } from "../types/models.js";
export { type FileTokensOptions, fileTokens } from "./file-tokens.js";
export type { FileOptions } from "./resolve.js";
