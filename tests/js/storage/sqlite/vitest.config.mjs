// These tests run under Node 24, which brings node:sqlite; better-sqlite3 13 and Miniflare need Node 22.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/js/storage/sqlite/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
