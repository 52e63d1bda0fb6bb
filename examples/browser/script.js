// The story of the page: a support conversation with tools, which the first visit finds half told, and which a script
// goes on telling. There is no model here.
import conversation from "../demo/conversation.json" with { type: "json" };

/** How many messages of the conversation are there at the beginning. */
const TOLD = 26;

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text; // documents, and errors in words
  }
};

/** A message of the conversation as payloads of varve's: each call and each result is an entry. */
function payloadsOf(message, tools) {
  const { role, content, tool_calls: calls = [], tool_call_id: callId } = message;
  if (role === "system") return [{ contentType: "instruction", text: content }];
  if (role === "tool") {
    const status = content.startsWith("error:") ? { status: "error" } : {};
    const toolName = tools.get(callId);
    return [
      {
        contentType: "tool_io",
        direction: "result",
        toolName,
        callId,
        payload: parsed(content),
        ...status,
      },
    ];
  }
  const said = content
    ? [{ contentType: "message", role, parts: [{ type: "text", text: content }] }]
    : [];
  return said.concat(
    calls.map(({ id, function: { name, arguments: text } }) => {
      tools.set(id, name);
      return {
        contentType: "tool_io",
        direction: "call",
        toolName: name,
        callId: id,
        payload: parsed(text),
      };
    }),
  );
}

const tools = new Map();
const told = conversation.map((message) => payloadsOf(message, tools));

/** The story up to where the first visit finds it: payloads, with ids that are the same in every browser. */
export const beginning = told
  .slice(0, TOLD)
  .flatMap((payloads, at) =>
    payloads.map((payload, part) => ({ id: part === 0 ? `m${at}` : `m${at}-${part}`, payload })),
  );

/** The story by turns: what the customer writes, and all that follows until the customer writes again. */
export const turns = conversation.reduce((all, { role, content }, at) => {
  if (role === "user") all.push({ user: content, answer: [] });
  else all.at(-1)?.answer.push(...told[at]);
  return all;
}, []);

const turnOf = (text) => turns.findIndex(({ user }) => user.trim() === text.trim());

/** What the customer writes next, after all that was said: undefined at the end of the story. */
export function nextLine(said) {
  const last = said.findLast((text) => turnOf(text) >= 0);
  return last === undefined ? turns[0].user : turns[turnOf(last) + 1]?.user;
}

/**
 * What the assistant does about a message: payloads of tools first, a text at the end. `attempt` counts the answers
 * that are there already: another one says the same in other words, and asks no tool again.
 */
export function answerTo(text, attempt, { messages, tokens }) {
  const turn = turns[turnOf(text)];
  if (turn === undefined) return [said(improvised(text, attempt, messages, tokens))];
  if (attempt === 0) return turn.answer;
  const whole = turn.answer.findLast(({ contentType }) => contentType === "message").parts[0].text;
  const sentences = whole.split(/(?<=[.?!])\s+/);
  if (attempt % 2 === 1) return [said(`In short: ${sentences.slice(0, 2).join(" ")}`)];
  return [
    said(
      `Once more, step by step:\n\n${sentences.map((sentence) => `- ${sentence.replace(/^- /, "")}`).join("\n")}`,
    ),
  ];
}

const said = (text) => ({
  contentType: "message",
  role: "assistant",
  parts: [{ type: "text", text }],
});

/** An answer to what is not in the story. */
function improvised(text, attempt, messages, tokens) {
  const given = `For this answer I was given ${messages} messages, ${tokens.toLocaleString("en")} tokens.`;
  const answers = [
    `I am a script, not a model: I only know the story of the lamp and the rug. ${given}`,
    `Still a script. But what you wrote is a commit now: edit it, pin it, branch from it, or undo it. ${given}`,
    `You wrote ${text.length} characters, and a model would have something to say about them. ${given}`,
  ];
  return answers[attempt % answers.length];
}
