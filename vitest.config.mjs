// Unit tests import js/src; tests of the whole import `varve`, which is what the build put into dist/.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/js/**/*.test.{ts,mjs}"],
    exclude: ["tests/js/storage/sqlite/**"], // under Node 24, with a configuration of their own
    testTimeout: 20_000,
  },
});
