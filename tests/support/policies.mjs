// What policies promise of a store: after a restart, and between two processes. For every store: it imports nothing, so a
// page can run it as well. `open` gives a new connection to the same place each time, as another process would have.

const WEEK = 7 * 24 * 60 * 60 * 1000;

function same(found, wanted, what) {
  const [left, right] = [found, wanted].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`${what}: ${left}, expected ${right}`);
}

/** The code of the error that a promise rejects with. */
const codeOf = (promise) =>
  promise.then(
    () => "nothing was thrown",
    ({ code, message }) => code ?? message,
  );

/** Processes over one place: each has its own connection, ids and clock, and forgets all when it restarts. */
function processes({ testVarve, open }, id) {
  let ids = 0;
  let now = Date.UTC(2026, 0, 1);
  const opened = [];
  return {
    later: (milliseconds) => {
      now += milliseconds;
      for (const varve of opened) varve.clock.advance(milliseconds);
    },
    async start(options = {}) {
      ids += 1;
      const varve = testVarve({ storage: open(), ids, clock: now, ...options });
      opened.push(varve);
      return varve.open(id, { budget: { maxTokens: 600, action: "warn" } });
    },
    end: () => Promise.all(opened.map((varve) => varve.close())),
  };
}

/** A branch that `auto-rebase` proposes to archive. */
async function withIdleBranch(machine) {
  const chat = await machine.start();
  await chat.user("base");
  await chat.branch("side");
  await chat.policies.configure({ "auto-rebase": { enabled: true } });
  machine.later(WEEK + 1);
  return chat;
}

async function talk(chat, turns) {
  for (let n = 0; n < turns; n++) {
    await chat.user(`Question #${n}: ${"what about it? ".repeat(4)}`, { id: `u${n}` });
    await chat.assistant(`Answer to #${n}: ${"this and that. ".repeat(4)}`, { id: `a${n}` });
  }
}

const branches = async (chat) => (await chat.branches()).map(({ name }) => name);
const states = async (chat, wanted) =>
  (await chat.policies.proposals({ states: wanted })).map(({ state }) => state);

/** Each is run with `{ testVarve, open }`, and fails by throwing. */
export const policyCases = {
  async "what was configured, the mode, a pause and policyConfig are there after a restart"(given) {
    const machine = processes(given, "settings");
    const one = await machine.start();
    const rules = [{ pattern: "order \\d+", role: "user" }];
    await one.policies.configure({ "auto-pin": { enabled: true, rules } });
    await one.policies.setMode("autonomous");
    await one.setPolicyConfig({ threshold: 0.5 });
    await one.policies.pauseAll("looking into something");
    const two = await machine.start();
    const pin = (await two.policies.list()).find(({ name }) => name === "auto-pin");
    same(pin.definition.rules, rules, "the rules");
    same([pin.enabled, pin.mode], [true, "autonomous"], "auto-pin");
    same(two.policyConfig.threshold, 0.5, "policyConfig");
    await two.user("order 4711", { id: "u" });
    same((await two.get("u")).priority, "normal", "paused, nothing is pinned");
    await two.policies.resumeAll();
    await two.user("order 4712", { id: "v" });
    same((await two.get("v")).priority, "pinned", "resumed, it is");
    await machine.end();
  },

  async "a proposal is in its state after a restart, whatever state that is"(given) {
    const machine = processes(given, "states");
    await withIdleBranch(machine);
    const propose = async () => (await (await machine.start()).prepare()).proposals[0];
    const seen = async (id) =>
      (await machine.start()).policies
        .proposals({ states: ALL, limit: 50 })
        .then((all) => all.find((proposal) => proposal.id === id)?.state);

    const rejected = await propose();
    same(await seen(rejected.id), "pending", "proposed");
    await (await machine.start()).policies.reject(rejected.id, "not now");
    same(await seen(rejected.id), "rejected", "rejected");
    same((await (await machine.start()).prepare()).proposals, [], "it rests after a restart too");
    machine.later(WEEK);

    const expired = await propose();
    machine.later(WEEK + 1);
    const next = await propose();
    same(await seen(expired.id), "expired", "expired");
    const other = await machine.start();
    await (await other.at("side")).user("still here");
    same(await codeOf(other.policies.approve(next.id)), "StaleProposal", "the branch moved");
    same(await seen(next.id), "stale", "stale");
    same(await propose(), undefined, "nothing is idle");
    machine.later(WEEK + 1);
    const done = await propose();
    await (await machine.start()).policies.approve(done.id);
    same(await seen(done.id), "executed", "executed");
    same(
      await codeOf((await machine.start()).policies.approve(done.id)),
      "StaleProposal",
      "used once",
    );
    same(await branches(await machine.start()), ["archive/side", "main"], "archived once");
    await machine.end();
  },

  async "an approval that was cut off is taken up after a restart, and one that failed is on record"(
    given,
  ) {
    const machine = processes(given, "cut-off");
    const one = await machine.start();
    await talk(one, 14);
    const [proposal] = (await one.prepare()).proposals;
    let asked;
    const asking = new Promise((resolve) => {
      asked = resolve;
    });
    const dying = await machine.start({
      summarize: () => {
        asked();
        return new Promise(() => {});
      },
    });
    dying.policies.approve(proposal.id).catch(() => {});
    await asking;
    const two = await machine.start({
      summarize: () => {
        throw Object.assign(new Error("no such model"), { status: 404 });
      },
    });
    same(await states(two, ["approved"]), ["approved"], "cut off");
    same(await codeOf(two.policies.approve(proposal.id)), "PolicyExecution", "it failed for good");
    const three = await machine.start();
    same(await states(three, ["failed"]), ["failed"], "failed");
    const { evaluations } = await three.policies.evaluations({ where: { proposal: proposal.id } });
    same(
      evaluations.map(({ outcome }) => outcome).toReversed(),
      ["proposed", "approved", "failed"],
      "the log",
    );
    await machine.end();
  },

  async "of two processes that approve one proposal one wins"(given) {
    const machine = processes(given, "race");
    await withIdleBranch(machine);
    const [one, two] = [await machine.start(), await machine.start()];
    const [proposal] = (await one.prepare()).proposals;
    await two.prepare();
    const codes = await Promise.all(
      [one, two].map(({ policies }) =>
        policies.approve(proposal.id).then(
          ({ state }) => state,
          ({ code }) => code,
        ),
      ),
    );
    same(codes.filter((code) => code === "executed").length, 1, `one wins: ${codes}`);
    const other = codes.find((code) => code !== "executed");
    same(["StaleProposal", "Conflict"].includes(other), true, `the other is told: ${other}`);
    const fresh = await machine.start();
    same(await branches(fresh), ["archive/side", "main"], "archived once");
    same((await fresh.verify()).faults, [], "faults");
    await machine.end();
  },

  async "a pause in one process stops the other's next effect"(given) {
    const machine = processes(given, "pause");
    const one = await withIdleBranch(machine);
    const two = await machine.start();
    const [proposal] = (await two.prepare()).proposals;
    await one.policies.pauseAll("maintenance");
    same(await codeOf(two.policies.approve(proposal)), "PolicyPaused", "paused elsewhere");
    same(await branches(await machine.start()), ["main", "side"], "nothing happened");
    await one.policies.resumeAll();
    same((await two.policies.approve(proposal)).state, "executed", "resumed");
    await machine.end();
  },

  async "a cooldown is not forgotten by a restart"(given) {
    const machine = processes(given, "cooldown");
    const one = await machine.start();
    await one.policies.configure({
      "auto-compress": { mode: "autonomous", cooldown: 60_000, threshold: 0.2 },
    });
    await talk(one, 6);
    await one.prepare();
    const compacted = async (chat) =>
      (await chat.history({ limit: 100 })).commits.filter(
        ({ operation }) => operation.kind === "compact",
      ).length;
    same(await compacted(one), 1, "it acted");
    const two = await machine.start();
    for (let n = 6; n < 12; n++) await two.user(`And #${n}? ${"what about it? ".repeat(8)}`);
    await two.prepare();
    same(await compacted(two), 1, "it rests");
    machine.later(60_001);
    await (await machine.start()).prepare();
    same(await compacted(await machine.start()), 2, "it acts again");
    await machine.end();
  },

  async "the log is read by cursors, both ways, and by what rows have in common"(given) {
    const machine = processes(given, "log");
    const one = await machine.start();
    const pages = async (chat, query) => {
      const rows = [];
      for (let cursor; ; ) {
        const page = await chat.policies.evaluations({ ...query, limit: 3, cursor });
        rows.push(...page.evaluations);
        cursor = page.cursor;
        if (cursor === undefined) return rows;
      }
    };
    await one.policies.configure({ "auto-pin": { enabled: true, rules: [{ text: "keep" }] } });
    for (let n = 0; n < 10; n++) {
      await one.user(`keep ${n}`);
      machine.later(1);
      await one.prepare();
    }
    const two = await machine.start();
    const pinned = { where: { policy: "auto-pin", outcome: "executed" } };
    const newest = await pages(two, pinned);
    same(newest.length, 10, "rows");
    const oldest = await pages(two, { ...pinned, reverse: false });
    same(
      oldest.map(({ operation }) => operation),
      newest.map(({ operation }) => operation).toReversed(),
      "order",
    );
    const { at } = oldest[4];
    same((await pages(two, { ...pinned, since: at })).length, 6, "since");
    same((await pages(two, { ...pinned, until: at })).length, 4, "until");
    await machine.end();
  },
};

const ALL = ["pending", "approved", "rejected", "expired", "stale", "executed", "failed"];
