"use client";
// A client component: a chat that stays in this browser, in IndexedDB, shared by all its tabs.
import { useEffect, useState } from "react";
import { createVarve, type Message, type Repository } from "varve";
import { indexedDB } from "varve/storage/indexed-db";
import { Messages } from "../messages";

const varve = createVarve({ storage: indexedDB("notes") }); // nothing is opened before the first call

export function Notes() {
  const [chat, setChat] = useState<Repository>();
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [problem, setProblem] = useState("");

  useEffect(() => {
    varve.open("notes").then(setChat, (error: Error) => setProblem(error.message));
  }, []);

  useEffect(() => {
    if (chat === undefined) return;
    let isCurrent = true;
    const read = async () => {
      const compiled = await chat.prepare(); // takes in what other tabs wrote
      if (isCurrent) setMessages(compiled.messages);
    };
    const show = () => void read().catch((error: Error) => setProblem(error.message));
    show();
    const unsubscribe = chat.subscribe(show); // this tab, and others
    return () => {
      isCurrent = false;
      unsubscribe();
    };
  }, [chat]);

  const add = async (form: FormData) => {
    await chat?.user(String(form.get("text")));
  };

  return (
    <main>
      <Messages messages={messages} />
      <form action={add}>
        <input name="text" required />
        <button type="submit" disabled={chat === undefined}>
          Keep
        </button>
      </form>
      <p role="alert">{problem}</p>
    </main>
  );
}
