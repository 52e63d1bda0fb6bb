// The first visit: the story up to its middle, with an answer that was tried again, a correction, a pin and a branch.
// Every step has a name, so a page that was closed half-way goes on where it stopped, and nothing is there twice.
import { beginning } from "./script.js";

const message = (role, text) => ({ contentType: "message", role, parts: [{ type: "text", text }] });

/** The card number that nobody should have typed. */
const CARD = "4539 1488 0343 6467";

const GUESS = "About a week for the rug, I'd think. And I'm fairly sure the lamp is in stock.";
const INSTEAD = "actually, what would I get if I just took the money for both?";
const MONEY =
  "4,990 SEK for the rug, and for the lamp what you paid: 1,495 SEK less your 10 % discount, so 1,345.50 SEK. Both go back to your Visa card and take 3 to 5 banking days. Would you prefer that?";

/** Tells the beginning. `tick` moves the clock on by what people and models take. */
export async function seed(varve, id, { title, budget, threshold, tick }) {
  const chat = await varve.open(id);
  let step = 0;
  /** Names the next operation. */
  const named = () => {
    tick(step);
    return { operationId: `seed-${step++}` };
  };
  await chat.policies.configure({ "auto-compress": { threshold, preserveRecent: 4 } });
  for (const { id: entry, payload } of beginning) {
    if (entry === "m13") await tryAgain(chat, named);
    await chat.commit(payload, { id: entry, ...named() });
    if (entry === "m1") await chat.pin("m1", { reason: "what all of this is about", ...named() });
    if (entry === "m11") await correct(chat, named);
    if (entry === "m20") await branchOff(chat, named);
  }
  await varve.update(id, { title, metadata: { budget }, ...named() });
}

/** The assistant guessed, which it was told not to do. */
async function tryAgain(chat, named) {
  await chat.commit(message("assistant", GUESS), { id: "guess", ...named() });
  await chat.regenerate("guess", named());
}

async function correct(chat, named) {
  const { payload } = beginning.find(({ id }) => id === "m3");
  const text = payload.parts[0].text.replace(CARD, "[removed]");
  await chat.edit("m3", message("user", text), named());
}

/** A question that leads another way. */
async function branchOff(chat, named) {
  await chat.branch("refund-instead", { from: "m16", ...named() });
  const aside = await chat.at("refund-instead");
  await aside.commit(message("user", INSTEAD), { id: "aside-1", ...named() });
  await aside.commit(message("assistant", MONEY), { id: "aside-2", ...named() });
}
