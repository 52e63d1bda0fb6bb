// What is erased is nowhere in a store: see erasing.ts.
import { memoryPlace } from "varve/testing";
import { test } from "vitest";
import { erasesAll } from "./erasing.js";

test("a store in memory forgets what is erased", async () => {
  const place = memoryPlace();
  await erasesAll({ open: () => place.open(), search: () => [] }, "test");
});
