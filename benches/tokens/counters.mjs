// Who is measured, each as its documentation says: a function that gets it ready for o200k_base and
// gives one that counts.
export const counters = {
  "varve/tokens": async () => {
    const { countTokens, loadEncoding } = await import("varve/tokens");
    await loadEncoding();
    return (text) => countTokens(text);
  },
  "gpt-tokenizer": async () => {
    const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
    return (text) => countTokens(text);
  },
  tiktoken: async () => {
    const { get_encoding } = await import("tiktoken");
    const encoding = get_encoding("o200k_base");
    return (text) => encoding.encode_ordinary(text).length;
  },
  "js-tiktoken": async () => {
    const { Tiktoken } = await import("js-tiktoken/lite");
    const { default: ranks } = await import("js-tiktoken/ranks/o200k_base");
    const encoding = new Tiktoken(ranks);
    return (text) => encoding.encode(text, [], []).length;
  },
  "ai-tokenizer": async () => {
    const { default: Tokenizer } = await import("ai-tokenizer");
    const encoding = await import("ai-tokenizer/encoding/o200k_base");
    const tokenizer = new Tokenizer(encoding);
    return (text) => tokenizer.count(text);
  },
};

/** What an app that only counts would import: bundled and minified, this is what it ships. */
export const apps = {
  "varve/tokens": 'export { countTokens, loadEncoding } from "varve/tokens";',
  "gpt-tokenizer": 'export { countTokens } from "gpt-tokenizer/encoding/o200k_base";',
  "js-tiktoken":
    'export { Tiktoken } from "js-tiktoken/lite"; export { default } from "js-tiktoken/ranks/o200k_base";',
  "ai-tokenizer":
    'export { default } from "ai-tokenizer"; export * as encoding from "ai-tokenizer/encoding/o200k_base";',
};
