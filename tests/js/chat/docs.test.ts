// The examples of docs/chat.md run as they stand; what they tell of the AI SDK holds.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs the blocks marked `ts`, and then some code of ours; gives what was printed. */
function run(more = ""): string[] {
  const page = readFileSync(`${root}docs/chat.md`, "utf8");
  const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  const code = [...blocks, more].join("\n");
  const args = ["--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

test("the examples of the page run one behind the other", () => {
  expect(run()).toEqual([
    "u1 user Where is my order? ",
    "a1 assistant Which one? ",
    "u2b user 4712, sorry 2 of 2",
    "u1 /parts/0/text order",
    "u1 1",
    "1 1",
  ]);
});

test("what useChat sends becomes alternatives and edits", () => {
  const printed = run(`
    const said = (id, role, text) => ({ id, role, parts: [{ type: "text", text }] });
    const [u1, a1] = [said("u1", "user", "one"), said("a1", "assistant", "first")];
    const show = async (request) => {
      const { messages } = await take({ id: "ui", ...request });
      const { entries } = await ui.transcript();
      const siblings = entries.map(({ siblings }) => siblings?.ids.length ?? 1);
      console.log(messages.map(({ parts }) => parts.map(({ text }) => text).join()).join(" / "), ...siblings);
    };
    await show({ trigger: "submit-message", messages: [u1] });
    await ui.commit(fromUIMessages([a1])[0], { id: "a1" });
    await show({ trigger: "regenerate-message", messageId: "a1", messages: [u1] });
    const a2 = said("a2", "assistant", "second");
    await ui.commit(fromUIMessages([a2])[0], { id: "a2" });
    const u2 = said("u2", "user", "two");
    await show({ trigger: "submit-message", messages: [u1, a2, u2] });
    for (const text of ["uno", "UNO"]) {
      await show({ trigger: "submit-message", messageId: "u1", messages: [said("u1", "user", text)] });
    }
    await show({ trigger: "submit-message", messages: [said("u1", "user", "UNO"), a1, u2] });
    await ui.selectSibling("a2");
    console.log((await ui.transcript()).entries.map(({ id }) => id).join());
  `);
  expect(printed.slice(6)).toEqual([
    "one 1",
    "one 1",
    "one / second / two 1 2 1",
    "uno 2",
    "UNO 3",
    "UNO / first / two 3 1 1",
    "u1,a2,u2",
  ]);
});
