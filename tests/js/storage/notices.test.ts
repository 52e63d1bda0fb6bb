// Notices reach the other tabs of a name, about the repository they name, and nobody else.
import { expect, test, vi } from "vitest";
import { notices } from "../../../js/src/storage/notices.js";

const chat = { workspace: "acme", id: "chat" };
const other = { workspace: "acme", id: "other" };

let names = 0;
const pair = () => {
  names += 1;
  return [notices(`test ${names}`), notices(`test ${names}`)] as const;
};

test("a notice reaches those who watch the repository, and only them", async () => {
  const [here, there] = pair();
  const heard: string[] = [];
  there.watch(chat, () => heard.push("chat"));
  there.watch(chat, () => heard.push("chat again"));
  there.watch(other, () => heard.push("other"));
  here.watch(chat, () => heard.push("oneself"));
  here.tell(chat);
  await vi.waitFor(() => expect(heard).toEqual(["chat", "chat again"]));
  here.tell(other);
  await vi.waitFor(() => expect(heard).toEqual(["chat", "chat again", "other"]));
  here.close();
  there.close();
});

test("whoever stopped hears nothing, also where the same function listens twice", async () => {
  const [here, there] = pair();
  const listener = vi.fn();
  const last = vi.fn();
  const stop = there.watch(chat, listener);
  there.watch(chat, listener);
  there.watch(other, last);
  stop();
  stop();
  here.tell(chat);
  here.tell(other);
  await vi.waitFor(() => expect(last).toHaveBeenCalledOnce());
  expect(listener).toHaveBeenCalledOnce();
  here.close();
  there.close();
});

test("after close nothing is told and nothing is heard", async () => {
  const [here, there] = pair();
  const listener = vi.fn();
  there.watch(chat, listener);
  there.close();
  here.tell(chat);
  here.close();
  here.tell(chat);
  there.watch(chat, listener)();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(listener).not.toHaveBeenCalled();
});

test("who writes fast tells once for all, then now and then, and of the last one by the end", async () => {
  const [here, there] = pair();
  const heard = { chat: 0, other: 0 };
  there.watch(chat, () => {
    heard.chat += 1;
  });
  there.watch(other, () => {
    heard.other += 1;
  });
  for (let n = 0; n < 100; n++) here.tell(chat);
  expect(heard.chat, "a write does not wait for it").toBe(0);
  await vi.waitFor(() => expect(heard.chat).toBe(1));
  here.tell(chat);
  await vi.waitFor(() => expect(heard.chat).toBe(2));
  here.tell(chat);
  here.tell(chat);
  here.tell(other);
  here.close();
  await vi.waitFor(() => expect(heard.other).toBe(1));
  expect(heard.chat).toBeGreaterThan(2);
  there.close();
});

test("without BroadcastChannel there are no notices, and no errors", () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  const [here, there] = pair();
  const stop = there.watch(chat, () => {});
  here.tell(chat);
  stop();
  here.close();
  vi.unstubAllGlobals();
});
