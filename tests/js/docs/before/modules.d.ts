// What bundlers make of files that pages import.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
