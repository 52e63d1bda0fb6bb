// Old rows that a store alone has come back when somebody asks: see past.ts.
import { memoryAdapter } from "varve/testing";
import { test } from "vitest";
import { bringsBack, keepsOrder } from "./past.js";

test("a store in one Map, as far as it says one that lasts", async () => {
  await bringsBack(memoryAdapter({ durability: "strict" }), "test");
});

test("calls keep their order while it is read", async () => {
  await keepsOrder(memoryAdapter({ durability: "strict" }), "test");
});
