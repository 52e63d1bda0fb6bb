import { spawnSync } from "node:child_process";
import { version } from "varve";
import { expect, test } from "vitest";

test("the module answers through the package's own name", async () => {
  expect(await version()).toBe("0.1.0");
});

test("a first commit and count in Node load nothing of its fetch", () => {
  const script = `
    import { createVarve } from "varve";
    const chat = await createVarve().open("first");
    await chat.user("Hello!");
    const { tokenCount } = await chat.prepare();
    const loaded = process.moduleLoadList.filter((name) => name.includes("undici"));
    console.log(JSON.stringify({ tokenCount, loaded }));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ tokenCount: 9, loaded: [] });
});
