// The part of the demo in which the context keeps itself in shape: auto-compress proposes or acts.
import {
  bar,
  bold,
  clip,
  dim,
  green,
  number,
  plural,
  print,
  red,
  title,
  yellow,
} from "./terminal.mjs";

/** The budget is full: a proposal, what it would do, a yes; then undone and redone. */
export async function shape(chat, payloads) {
  title("The context keeps itself in shape");
  const { compiledTokens } = await chat.status();
  const limit = Math.max(40, Math.floor(compiledTokens / 0.95));
  await chat.setBudget({ maxTokens: limit, action: "warn" });
  const pinned = await pin(chat, payloads);
  const before = await chat.prepare();
  print(
    `Of a budget of ${number(limit)} tokens  ${bar(before.tokenCount, limit)} ${number(before.tokenCount)} are used.`,
  );
  const [proposal] = before.proposals;
  if (proposal === undefined) return print("Nothing here can be compressed: it is all one turn.");
  const { plan } = proposal;
  const entries = plan.runs.flatMap((run) => run.entries);
  print(
    `${bold(proposal.policy)} proposes to put ${plural(plan.runs.length, "summary", "summaries")} in the place of ${plural(entries.length, "entry", "entries")}:`,
  );
  print(dim(`    ${clip(entries.join(", "), 90)}`));
  print(
    `    ${number(plan.tokensBefore)} tokens would become about ${number(plan.tokensAfter)}. Nothing has happened yet.`,
  );
  const { operation } = await chat.policies.approve(proposal);
  const after = await chat.prepare();
  print(green(`Approved: ${number(after.tokenCount)} tokens  ${bar(after.tokenCount, limit)}`));
  await show(chat);
  if (pinned) {
    const stays = after.messages.some((message) => message.entries.includes(pinned));
    print(
      stays
        ? `${pinned} is pinned, and reads as it did.`
        : red(`${pinned} was pinned, and is gone!`),
    );
  }
  await chat.undo(operation);
  const back = await chat.compile();
  const same = back.messages.every((message, at) => message === before.messages[at]);
  print(
    `Undone: ${number(back.tokenCount)} tokens, ${same ? "every message the same as before" : red("not all the same")}.`,
  );
  await chat.redo();
  await chat.user("One more thing.");
  await chat.assistant("Of course.");
  const { tokenCount, proposals } = await chat.prepare();
  print(
    `Redone, and the conversation goes on: ${number(tokenCount)} of ${number(limit)} tokens, ${plural(proposals.length, "open proposal")}.`,
  );
}

/** Something early that must stay. */
async function pin(chat, payloads) {
  const early = payloads.slice(0, Math.ceil(payloads.length / 3));
  const index = early.findLastIndex(({ role }) => role === "user");
  if (index < 0) return undefined;
  const id = `turn-${index + 1}`;
  await chat.pin(id, { reason: "the demo says so" });
  return id;
}

/** What the summaries of an operation say. */
async function show(chat) {
  const { entries } = await chat.transcript({ limit: 1000 });
  const summaries = entries.filter(({ contentType }) => contentType === "summary");
  for (const { payload } of summaries.slice(0, 2)) {
    print(dim(`    “${clip(payload.text.replaceAll("\n", " "), 200)}”`));
    for (const fact of (payload.facts ?? []).slice(0, 4)) print(dim(`    · ${clip(fact, 100)}`));
  }
}

/** Has policies act by themselves, and says so when one does. Returns what tells how it went. */
export async function autonomous(chat) {
  await chat.policies.setMode("autonomous");
  let acted = 0;
  chat.on("policy", ({ policy, outcome, error }) => {
    if (outcome === "executed") acted++;
    print(yellow(`      ${policy}: ${outcome}${error === undefined ? "" : `, ${error.message}`}`));
  });
  return async () => {
    title("What policies did");
    const { evaluations } = await chat.policies.evaluations({ limit: 12 });
    for (const { policy, outcome, count = 1, measured } of evaluations) {
      const figures =
        measured?.used === undefined
          ? ""
          : `${number(measured.used)} of ${number(measured.limit)} tokens`;
      print(
        `${policy.padEnd(14)} ${outcome.padEnd(9)} ${String(count).padStart(4)} ×  ${dim(figures)}`,
      );
    }
    const { messages, tokenCount } = await chat.prepare();
    print(
      `${plural(acted, "compression")}; the model sees ${plural(messages.length, "message")}, ${number(tokenCount)} tokens.`,
    );
  };
}
