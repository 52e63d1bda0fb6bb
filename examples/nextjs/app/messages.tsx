import type { Message } from "varve";

/** What a model would be shown. A message is the same object as long as it says the same: `memo` works. */
export function Messages({ messages }: { messages: readonly Message[] }) {
  return (
    <ol>
      {messages.map(({ role, parts, commits }) => (
        <li key={commits.join()}>
          {role}: {parts.map((part) => ("text" in part ? part.text : part.type)).join(" ")}
        </li>
      ))}
    </ol>
  );
}
