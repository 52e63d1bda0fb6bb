// What the build puts in place of these names: js/scripts/build.mjs.
declare module "varve:base64" {
  export const base64: string;
}
declare module "varve:module" {
  const module: WebAssembly.Module;
  export default module;
}
