// Unit tests import js/src; tests of the whole import `varve`, which is what the build put into dist/.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/js/**/*.test.{ts,mjs}"],
    testTimeout: 20_000,
  },
});
