// The AI SDK's own chat, which is what useChat drives, against a server that keeps its messages in varve
// as docs/chat.md shows it.
import {
  AbstractChat,
  type ChatState,
  type ChatTransport,
  type UIMessage,
  type UIMessageChunk,
} from "ai7";
import type { Repository } from "varve";
import { fromUIMessages, toUIMessages } from "varve/formats/ai-sdk";
import { expect, test } from "vitest";
import { open } from "../repository/support.js";

type Request = Parameters<ChatTransport<UIMessage>["sendMessages"]>[0];

/** What the server does with a request, and its answer in the SDK's stream. */
class Server implements ChatTransport<UIMessage> {
  readonly seen: string[] = [];
  #answers = 0;

  readonly ui: Repository;

  constructor(ui: Repository) {
    this.ui = ui;
  }

  async sendMessages({ messages, trigger, messageId }: Request) {
    const { ui } = this;
    this.seen.push(trigger);
    const shows = ({ id }: { id: string }) => id === messageId || id.startsWith(`${messageId}~`);
    const edited = trigger === "submit-message" && messageId !== undefined;
    const entry = edited && (await ui.transcript({ limit: 1000 })).entries.find(shows);
    if (entry) {
      const [payload] = fromUIMessages(messages.slice(-1));
      await ui.resend(entry.id, payload as never, { id: `${messageId}~${this.#answers}` });
    } else await ui.sync(messages, { format: fromUIMessages });
    const name = `a${++this.#answers}`;
    const said = [{ id: name, role: "assistant", parts: [{ type: "text", text: name }] }];
    await ui.commit(fromUIMessages(said)[0] as never, { id: name });
    const chunks: UIMessageChunk[] = [
      { type: "start", messageId: name },
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: name },
      { type: "text-end", id: "t" },
      { type: "finish" },
    ];
    return new ReadableStream<UIMessageChunk>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
  }

  async reconnectToStream() {
    return null;
  }
}

class Screen implements ChatState<UIMessage> {
  status: ChatState<UIMessage>["status"] = "ready";
  error: Error | undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message];
  };
  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.with(index, message);
  };
  snapshot = <T>(thing: T): T => structuredClone(thing);
}

class Chat extends AbstractChat<UIMessage> {
  constructor(transport: Server) {
    super({ id: "chat", transport, state: new Screen() });
  }
}

test("what the SDK's chat sends keeps every answer and every wording", async () => {
  const ui = await open();
  const server = new Server(ui);
  const chat = new Chat(server);
  const texts = async () =>
    (await ui.transcript()).entries.map(({ payload, siblings }) => {
      const [part] = (payload as unknown as { parts: { text: string }[] }).parts;
      return `${part?.text} ${siblings?.ids.length ?? 1}`;
    });
  await chat.sendMessage({ text: "one" });
  expect(await texts()).toEqual(["one 1", "a1 1"]);
  await chat.regenerate();
  expect(await texts()).toEqual(["one 1", "a2 2"]);
  await chat.sendMessage({ text: "two" });
  expect(await texts()).toEqual(["one 1", "a2 2", "two 1", "a3 1"]);
  const [first] = chat.messages;
  for (const [text, wordings] of [
    ["uno", 2],
    ["UNO", 3],
  ] as const) {
    await chat.sendMessage({ text, messageId: first?.id as string });
    expect((await texts())[0]).toBe(`${text} ${wordings}`);
  }
  await ui.sync(chat.messages, { format: fromUIMessages });
  expect(toUIMessages(await ui.compile({ dangling: "keep" })).messages).toEqual(chat.messages);
  const again = await ui.sync(chat.messages, { format: fromUIMessages });
  expect([again.appended, again.edited]).toEqual([[], []]);
  expect(server.seen).toEqual([
    "submit-message",
    "regenerate-message",
    "submit-message",
    "submit-message",
    "submit-message",
  ]);
});
