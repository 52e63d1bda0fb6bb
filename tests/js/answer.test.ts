// What the module waits for: it is asked, and whoever asked too early is woken.
import { expect, test, vi } from "vitest";
import { Answer } from "../../js/src/answer.js";
import { Instance } from "../../js/src/instance.js";

const soon = () => new Promise((resolve) => setTimeout(resolve));

function ended(): Instance {
  const instance = new Instance();
  const trap = () => {
    throw Object.assign(new Error("unreachable"), { name: "RuntimeError" });
  };
  expect(() => instance.run(trap)).toThrow("trapped");
  return instance;
}

test("who asks too early gets null and is woken, with the answer there", async () => {
  const answer = new Answer(async () => 7, new Instance());
  const early = vi.fn();
  const wake = vi.fn(() => expect(answer.take(undefined)).toBe(7));
  expect(answer.take(early)).toBeNull();
  expect(answer.take(wake)).toBeNull();
  await vi.waitFor(() => expect(wake).toHaveBeenCalledOnce());
  expect(early, "only who asked last").not.toHaveBeenCalled();
});

test("an answer that came before anybody asked is there, and null is undefined", async () => {
  for (const [coming, wanted] of [
    [async () => null, undefined],
    [() => null, undefined],
    [() => "at once", "at once"],
    [() => false, false],
  ] as const) {
    const answer = new Answer(coming, new Instance());
    await soon();
    expect(answer.take(vi.fn())).toBe(wanted);
  }
});

test("what fails, at once or later, is thrown as the caller has it told", async () => {
  const told = (error: unknown) => new Error(`told ${error}`);
  const failing = () => {
    throw "no";
  };
  const atOnce = new Answer(failing, new Instance(), told);
  expect(() => atOnce.take(undefined)).toThrow("told no");
  const later = new Answer(async () => failing(), new Instance(), told);
  const wake = vi.fn();
  expect(later.take(wake)).toBeNull();
  await vi.waitFor(() => expect(wake).toHaveBeenCalledOnce());
  expect(() => later.take(undefined)).toThrow("told no");
});

test("nobody is woken in an instance that ended", async () => {
  const wake = vi.fn();
  expect(new Answer(async () => 7, ended()).take(wake)).toBeNull();
  await soon();
  expect(wake).not.toHaveBeenCalled();
});
