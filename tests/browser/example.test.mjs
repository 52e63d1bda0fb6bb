// The page of examples/browser, as people use it: two tabs of one browser, on the static files that any host can serve.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../examples/browser/server.mjs";
import { makeSite } from "../../examples/browser/site.mjs";

const { args } = JSON.parse(
  readFileSync(new URL("../wasm/webdriver.json", import.meta.url), "utf8"),
)["goog:chromeOptions"];

let site;
let served;
let browser;

before(async () => {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM must name a browser; npm test -- browser does");
  site = await makeSite(mkdtempSync(join(tmpdir(), "varve-site-")));
  served = await serve(site, 0);
  browser = await chromium.launch({ executablePath, args });
});

after(async () => {
  await browser?.close();
  served?.server.closeAllConnections();
  served?.server.close();
  if (site) rmSync(site, { recursive: true, force: true });
});

/** Tabs of a browser of their own; what went wrong in them, and whatever they asked another host for. */
async function visit({ tabs = 1, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const trouble = [];
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== new URL(served.address).origin)
      trouble.push(request.url());
  });
  const open = async () => {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") trouble.push(message.text());
    });
    page.on("pageerror", (error) => trouble.push(error.stack ?? error.message));
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto(served.address);
    await page.locator("#used").waitFor();
    return page;
  };
  const pages = [];
  for (let at = 0; at < tabs; at++) pages.push(await open());
  await pages[0]?.bringToFront(); // pages behind others draw once a second, which every click waits for
  return { context, pages, trouble, open };
}

const entry = (page, id) => page.locator(`li.entry[data-entry="${id}"]`);
const last = (page) => page.locator("li.entry").last();
const press = (where, action) => where.locator(`[data-action="${action}"]`).click();
/** Waits until a page says something. */
const says = (page, text) => page.getByText(text).first().waitFor();
const used = async (page) => Number((await page.locator("#used").innerText()).replace(",", ""));
const messages = (page) => page.locator("ol.messages > .sent");
/** What the panel of the model adds up to. */
const summed = async (page) => {
  const own = await page.locator(".sent .tokens").allInnerTexts();
  return own.reduce((sum, text) => sum + Number(text.replace(",", "")), 3); // 3 prime the reply
};
const until = (page, run, value) => page.waitForFunction(run, value);

test("two tabs stay in step: a message, a pin, an edit, a branch, another answer", async () => {
  const { context, pages, trouble } = await visit({ tabs: 2 });
  const [one, two] = pages;
  assert.equal(await two.locator("#title").innerText(), "Lamp and rug, order LL-20418");
  const entries = await one.locator("li.entry").count();
  assert.equal(await two.locator("li.entry").count(), entries, "the second visit seeds nothing");
  assert.equal(
    await summed(one),
    await used(one),
    "the tokens of the messages add up to what is used",
  );

  await one.locator("#message").fill("And do you have it in blue?");
  await one.locator("#message").press("Enter");
  await says(two, "And do you have it in blue?");
  await says(two, "I am a script, not a model");
  await until(one, (count) => document.querySelectorAll("li.entry").length === count, entries + 2);

  await press(entry(one, "m3"), "pin");
  await entry(two, "m3").locator(".chip.pinned").waitFor();

  await press(entry(one, "m2"), "edit");
  await one.keyboard.press("Escape"); // the text has the focus, and the button gets it back
  await one.locator(".edit-form").waitFor({ state: "detached" });
  await one.keyboard.press("Enter");
  await one.keyboard.press("ControlOrMeta+A");
  await one.keyboard.type("Which order is it?");
  await one.keyboard.press("Tab");
  await one.keyboard.press("Enter");
  await says(two, "Which order is it?");
  await entry(two, "m2").getByText("edited").waitFor();

  await press(last(one), "again");
  await last(two).getByText("2 of 2").waitFor();
  await last(two).getByRole("button", { name: "Alternative before" }).click();
  await last(one).getByText("1 of 2").waitFor();

  await press(entry(one, "m11"), "branch");
  await one.locator(".branch-form input").fill("other-way");
  await one.locator(".branch-form").getByRole("button", { name: "Branch" }).click();
  await one.locator('.branch[aria-pressed="true"]', { hasText: "other-way" }).waitFor();
  assert.equal(await last(one).getAttribute("data-entry"), "m11");
  await two.locator(".branch", { hasText: "other-way" }).waitFor();
  assert.equal(
    await two.locator('.branch[aria-pressed="true"]').innerText(),
    "main",
    "each tab stands where it stood",
  );
  await two.locator(".branch", { hasText: "refund-instead" }).click();
  await says(two, "what would I get if I just took the money");

  await one.reload();
  await one.locator('.branch[aria-pressed="true"]', { hasText: "other-way" }).waitFor();
  assert.equal(
    await last(one).getAttribute("data-entry"),
    "m11",
    "a reload keeps all, and the tab its branch",
  );
  await one.locator(".branch", { hasText: "main" }).click();
  await last(one).getByText("1 of 2").waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("a full budget brings a proposal; it is approved, undone, and its summary corrected first", async () => {
  const { context, pages, trouble } = await visit({ tabs: 2 });
  const [one, two] = pages;
  assert.equal(await one.locator(".proposal").count(), 0);
  await one.locator(".suggestion").click();
  const plan = one.locator('[data-proposal="policy"]');
  await plan.waitFor();
  await two.locator('[data-proposal="policy"]').waitFor();
  const before = await used(one);
  const count = await messages(one).count();

  await plan.getByText("What would go").click();
  assert.equal(await plan.locator(".going li").count(), 29);
  await plan.getByRole("button", { name: "Approve" }).click();
  await one.locator("li.t-summary").waitFor();
  await two.locator("li.t-summary").waitFor();
  await plan.waitFor({ state: "detached" });
  assert.ok((await used(one)) < before / 2, "the budget has room again");
  assert.equal(await summed(one), await used(one));
  assert.ok(await entry(one, "m1").locator(".chip.pinned").isVisible(), "what is pinned stays");
  await one.locator(".v-compact").waitFor();

  await one.locator("#undo").click();
  await one.locator("li.t-summary").waitFor({ state: "detached" });
  await two.locator("li.t-summary").waitFor({ state: "detached" });
  assert.equal(await used(one), before, "every token is back");
  assert.equal(await messages(one).count(), count);
  await one.locator("#redo").click();
  await one.locator("li.t-summary").waitFor();
  await one.locator("#undo").click();
  await one.locator("li.t-summary").waitFor({ state: "detached" });

  // The budget is full again, so the policy asks again.
  await plan.waitFor();
  await plan.getByText("Read the summary first").click();
  const draft = one.locator('[data-proposal="draft"]');
  await draft
    .locator("textarea")
    .fill("The lamp came broken, the rug was lost; both are replaced.");
  await draft.getByRole("button", { name: "Approve" }).click();
  await one.locator("li.t-summary", { hasText: "both are replaced" }).waitFor();
  await two.locator("li.t-summary", { hasText: "both are replaced" }).waitFor();
  await until(one, () => document.querySelectorAll(".proposal").length === 0);
  await messages(one).getByText("both are replaced").waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
});

test("the slider and the graph show what the model saw then, and change nothing", async () => {
  const { context, pages, trouble } = await visit();
  const [page] = pages;
  const slider = page.locator("#slider");
  const now = await used(page);
  const card = messages(page).getByText("4539 1488 0343 6467");
  assert.equal(await card.count(), 0, "the card number was corrected away");
  assert.equal(await messages(page).count(), 26);

  await slider.fill("5");
  await card.waitFor();
  assert.ok((await messages(page).count()) < 26);
  assert.equal(await summed(page), await used(page));
  assert.equal(await page.locator("#message").count(), 0, "there is nothing to write in the past");
  assert.equal(await page.locator("li.entry .buttons").count(), 0);
  assert.ok(await page.locator("#undo").isDisabled());
  assert.match(await slider.getAttribute("aria-valuetext"), /^operation 6 of \d+: /);

  await slider.focus();
  await page.keyboard.press("End");
  await page.locator("#message").waitFor();
  assert.equal(await used(page), now);

  await page.locator("[data-commit]", { hasText: "4,990 SEK" }).click();
  await messages(page).getByText("what would I get if I just took the money").waitFor();
  await page.locator("#to-now").click();
  await page.locator("#message").waitFor();
  assert.equal(await used(page), now);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("what is deleted, skipped and stopped says so, and undo brings it back", async () => {
  const { context, pages, trouble } = await visit({ reducedMotion: "no-preference" });
  const [page] = pages;
  const before = await used(page);
  await press(entry(page, "m2"), "trash");
  await entry(page, "m2").waitFor({ state: "detached" });
  await page.locator("#undo").click();
  await entry(page, "m2").waitFor();
  await press(entry(page, "m2"), "skip");
  await entry(page, "m2").getByText("skipped").waitFor();
  await until(
    page,
    (tokens) => Number(document.querySelector("#used").textContent.replace(",", "")) < tokens,
    before,
  );
  await page.locator("#undo").click();
  await until(
    page,
    (tokens) => Number(document.querySelector("#used").textContent.replace(",", "")) === tokens,
    before,
  );

  await page.locator("#message").fill("Tell me about it.");
  await page.locator(".send").click();
  await page.locator(".live .body", { hasText: "I am" }).waitFor();
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await last(page).getByText("stopped").waitFor();

  await press(entry(page, "m11"), "branch");
  await page.locator(".branch-form input").fill("no such..name");
  await page.locator(".branch-form").getByRole("button", { name: "Branch" }).click();
  await page.locator(".error", { hasText: "That is no name for a branch." }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(await page.locator(".error").count(), 0);
  assert.deepEqual(trouble, []);
  await context.close();
});

test("starting over begins anew in every tab", async () => {
  const { context, pages, trouble } = await visit({ tabs: 2 });
  const [one, two] = pages;
  const entries = await one.locator("li.entry").count();
  await one.locator("#message").fill("gone soon");
  await one.locator("#message").press("Enter");
  await says(two, "gone soon");
  await two.locator(".branch", { hasText: "refund-instead" }).click();
  await one.locator("#start-over").click();
  const fresh = (count) =>
    document.querySelectorAll("li.entry").length === count &&
    !document.body.innerText.includes("gone soon");
  await until(one, fresh, entries);
  await until(two, fresh, entries);
  await two.locator("#message").fill("still here");
  await two.locator("#message").press("Enter");
  await says(one, "still here");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("a browser that withholds its storage is told of in words, and the page works all the same", async () => {
  const { context, trouble, open } = await visit({ tabs: 0 });
  await context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  });
  const page = await open();
  await page.locator(".error", { hasText: "does not let the page keep data" }).waitFor();
  assert.ok((await page.locator("li.entry").count()) > 20);
  await page.locator("#message").fill("Hello?");
  await page.locator("#message").press("Enter");
  await says(page, "I am a script, not a model");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("a smaller budget brings the proposal at once, in every tab; a no is kept", async () => {
  const { context, pages, trouble } = await visit({ tabs: 2 });
  const [one, two] = pages;
  await one.getByRole("combobox").selectOption("3000");
  const plan = (page) => page.locator('[data-proposal="policy"]');
  await plan(one).waitFor();
  await plan(two).waitFor();
  assert.equal(await two.getByRole("meter").getAttribute("aria-valuemax"), "3000");
  await plan(one).getByRole("button", { name: "No" }).click();
  await plan(two).waitFor({ state: "detached" });
  await one.reload();
  await one.locator("#message").fill("Anything else?");
  await one.locator("#message").press("Enter");
  await says(one, "I am a script, not a model");
  assert.equal(await plan(one).count(), 0, "the policy rests");
  assert.deepEqual(trouble, []);
  await context.close();
});

test("the server gives what is in its folder, takes the next port, and nothing else", async () => {
  const port = Number(new URL(served.address).port);
  const next = await serve(site, port);
  assert.ok(Number(new URL(next.address).port) > port, "a port that is taken: the next one");
  const status = async (path) => (await fetch(`${next.address}${path}`)).status;
  assert.deepEqual(
    await Promise.all(
      ["", "main.js", "none.js", "..%2fpackage.json", "%ff", "%00", "parts"].map(status),
    ),
    [200, 200, 404, 404, 404, 404, 404],
  );
  next.server.closeAllConnections();
  next.server.close();
});

test("on a screen of 360 pixels nothing is wider than the screen", async () => {
  const { context, pages, trouble } = await visit({ viewport: { width: 360, height: 740 } });
  const [page] = pages;
  for (const panel of ["History", "Conversation", "Model"]) {
    await page.locator(".tabs").getByText(panel).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(wide, 360, panel);
  }
  assert.deepEqual(trouble, []);
  await context.close();
});
