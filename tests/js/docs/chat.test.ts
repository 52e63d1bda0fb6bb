// What docs/chat.md tells of the AI SDK holds.
import { expect, test, vi } from "vitest";
import { modulesOf, written } from "./modules.js";

test("what useChat sends becomes alternatives and edits", async () => {
  const more = `
    const one = (id: string, role: "user" | "assistant", text: string): UIMessage =>
      ({ id, role, parts: [{ type: "text", text }] });
    const [u1, a1] = [one("u1", "user", "one"), one("a1", "assistant", "first")];
    const show = async (request: Parameters<typeof take>[0]) => {
      const { messages } = await take(request);
      const { entries } = await ui.transcript();
      const siblings = entries.map(({ siblings }) => siblings?.ids.length ?? 1);
      const texts = messages.map(({ parts }) => parts.map((part) => "text" in part ? part.text : "").join());
      console.log("show", texts.join(" / "), ...siblings);
    };
    await show({ trigger: "submit-message", messages: [u1] });
    await ui.commit(fromUIMessages([a1])[0], { id: "a1" });
    await show({ trigger: "regenerate-message", messageId: "a1", messages: [u1] });
    const a2 = one("a2", "assistant", "second");
    await ui.commit(fromUIMessages([a2])[0], { id: "a2" });
    const u2 = one("u2", "user", "two");
    await show({ trigger: "submit-message", messages: [u1, a2, u2] });
    for (const text of ["uno", "UNO"]) {
      await show({ trigger: "submit-message", messageId: "u1", messages: [one("u1", "user", text)] });
    }
    await show({ trigger: "submit-message", messages: [one("u1", "user", "UNO"), a1, u2] });
    await ui.selectSibling("a2");
    console.log("show", (await ui.transcript()).entries.map(({ id }) => id).join());
  `;
  const [page] = modulesOf("docs/chat.md");
  if (page === undefined) throw new Error("docs/chat.md has no code");
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(written(page, { into: "chat", more }));
  const printed = log.mock.calls.filter(([first]) => first === "show").map(([, ...rest]) => rest);
  log.mockRestore();
  expect(printed.map((each) => each.join(" "))).toEqual([
    "one 1",
    "one 1",
    "one / second / two 1 2 1",
    "uno 2",
    "UNO 3",
    "UNO / first / two 3 1 1",
    "u1,a2,u2",
  ]);
});
