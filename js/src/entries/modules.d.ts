// What the build puts in place of these names: js/scripts/lib/bundles.mjs.
declare module "varve:base64" {
  export const base64: string;
}
declare module "varve:module" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "varve:tokens-base64" {
  export const base64: string;
}
declare module "varve:tokens-module" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "varve:stores-base64" {
  export const base64: string;
}
declare module "varve:vocabulary-module" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "varve:vocabulary/*" {
  export const vocabulary: string;
}
declare module "varve:summarize-base64" {
  export const base64: string;
}
declare module "varve:summarize-module" {
  const module: WebAssembly.Module;
  export default module;
}
