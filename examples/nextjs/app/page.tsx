// A server component: what the model would be shown now, rendered where the store is.
import { connection } from "next/server";
import { varve } from "../lib/varve";
import { Messages } from "./messages";

export default async function Page() {
  await connection(); // asked at each request, not when the app is built
  const chat = await varve.open("lobby");
  const { messages, tokenCount } = await chat.compile();
  return (
    <main>
      <p>{tokenCount} tokens</p>
      <Messages messages={messages} />
    </main>
  );
}
