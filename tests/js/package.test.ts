import { version } from "varve";
import { expect, test } from "vitest";

test("the module answers through the package's own name", async () => {
  expect(await version()).toBe("0.1.0");
});
