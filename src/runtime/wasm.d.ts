/** What wrangler makes of such an import. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
