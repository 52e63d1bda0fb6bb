// The table of varve/models: made of LiteLLM's records, the same at every run, and small.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { describe, expect, test } from "vitest";
import { inRoot } from "../../../js/scripts/lib/project.mjs";
import { keep, readSource, TABLE_FILE, tableOf } from "../../../js/scripts/models.mjs";

/** Bytes, minified and gzipped. */
const LIMIT = 4 * 1024;

describe("the table", () => {
  test("is what is made of its source", () => {
    expect(readFileSync(TABLE_FILE, "utf8")).toBe(tableOf(readSource()));
  });

  test("holds no model without a window, a limit and prices, and leaves out other kinds", () => {
    const record = {
      litellm_provider: "openai",
      mode: "chat",
      max_input_tokens: 5,
      max_output_tokens: 4,
      input_cost_per_token: 1e-6,
      output_cost_per_token: 2e-6,
      max_tokens: 9,
    };
    const kept = keep({
      "gpt-9": record,
      "azure/gpt-8": { ...record, litellm_provider: "azure" },
      "gpt-7": { ...record, mode: "embedding" },
      "gpt-6-audio": record,
      "gpt-5": { ...record, max_output_tokens: undefined },
      "gpt-4": { ...record, input_cost_per_token: 0 },
      "xai/grok-1": { ...record, litellm_provider: "xai", max_input_tokens: 1 },
      "grok-1": { ...record, litellm_provider: "xai", max_input_tokens: 2 },
    });
    expect(Object.keys(kept)).toEqual(["gpt-9", "grok-1"]);
    expect(kept["grok-1"]).toMatchObject({ max_input_tokens: 2 });
    expect(kept["gpt-9"]).not.toHaveProperty("max_tokens");
    const seeing = { ...record, supports_vision: true, supports_audio_input: false };
    const { "gpt-9": told } = keep({ "gpt-9": { ...seeing, supports_pdf_input: true } });
    expect(told).toMatchObject({ supports_vision: true, supports_pdf_input: true });
    const table = tableOf({ version: "1", updated: "2026-01-01", models: { "gpt-9": told } });
    expect(table).toContain('"gpt-9": [5, 4, 1, 2, 0, 0, 9],');
  });

  test("with what reads it takes at most 4 KB", async () => {
    const bundle = await rolldown({ input: inRoot("js", "src", "models.ts"), cwd: inRoot() });
    const { output } = await bundle.generate({ format: "esm", minify: true });
    await bundle.close();
    const [{ code }] = output;
    expect(code).toContain("gpt-5");
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(LIMIT);
  });
});
