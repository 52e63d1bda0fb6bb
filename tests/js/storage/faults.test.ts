// Whatever goes wrong with a call to the store: what resolved is there, what was rejected is not, and the
// handle that was there goes on.
import { isVarveError, storageError } from "varve";
import {
  type Fault,
  type FaultyAdapter,
  faultyAdapter,
  manualClock,
  memoryPlace,
  testVarve,
} from "varve/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  furnish,
  gistOf,
  goOn,
  OPERATIONS,
  type Operation,
  QUESTIONS,
  type State,
  stateOf,
  varveOn,
} from "./operations/index.js";

// A store that does not answer is asked again after a pause: here after a hundredth of it.
beforeAll(() => {
  const { setTimeout } = globalThis;
  vi.stubGlobal("setTimeout", (run: () => void, pause = 0) => setTimeout(run, pause / 100));
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const FAULTS: Readonly<Record<string, Fault>> = {
  "is not answered": { kind: "fail" },
  "loses its answer": { kind: "loseAnswer" },
  "happens twice": { kind: "repeat" },
  "takes its time": { kind: "delay" },
  "fails with an error of a driver": { kind: "fail", error: new Error("ECONNRESET") },
  "loses its answer to an error of a driver": { kind: "loseAnswer", error: "socket hang up" },
  "is not answered three times": { kind: "fail", times: 3 },
  "loses its answer three times": { kind: "loseAnswer", times: 3 },
  "finds the store full": { kind: "fail", error: storageError("Quota", "the disk is full") },
  "finds the store blocked": { kind: "fail", error: storageError("Blocked", "another tab") },
  "ends, nobody knows how": {
    kind: "loseAnswer",
    error: storageError("OutcomeUnknown", "the connection broke"),
  },
};

type Outcome =
  | { readonly resolved: true; readonly answer: unknown }
  | { readonly resolved: false; readonly error: unknown };

const outcomeOf = (running: Promise<unknown>): Promise<Outcome> =>
  running.then(
    (answer) => ({ resolved: true, answer }),
    (error: unknown) => ({ resolved: false, error }),
  );

/** A repository behind a store that can go wrong, ready for the operation. */
async function arranged({ id = "chat", arrange }: Operation, written?: State[]) {
  const place = memoryPlace();
  await furnish(place.open());
  const inner = place.open();
  /** What somebody sees who opens the repository now. */
  const fresh = async () => {
    const varve = varveOn(place.open(), 3);
    return stateOf((await varve.open(id)) as never, varve);
  };
  const write: typeof inner.write = async (...args) => {
    const result = await inner.write(...args);
    written?.push(await fresh());
    return result;
  };
  const storage = faultyAdapter({ ...inner, write });
  const varve = varveOn(storage, 2);
  const chat = await varve.open(id);
  const given = await arrange?.(chat, varve);
  const run = (operation: Operation) => operation.run(chat, given, varve);
  storage.setFaults();
  return { chat, varve, run, storage, fresh };
}

/** The state before an operation, after each entry that it writes, and the calls that it makes. */
async function clean(operation: Operation) {
  const written: State[] = [];
  const { run, storage, fresh } = await arranged(operation, written);
  const before = await fresh();
  storage.setFaults();
  written.length = 0;
  await run(operation);
  const calls = [...storage.calls];
  return { before, written, after: await fresh(), calls };
}

type Clean = Awaited<ReturnType<typeof clean>>;

/** Ids of operations of which an operation of several parts may leave some. */
const idsOf = ({ operations }: State) =>
  operations.map(({ id, kind }) => `${id} ${kind}`).reverse();

const isUnknown = ({ resolved, ...rest }: Outcome) =>
  !resolved && isVarveError((rest as { error?: unknown }).error, "OutcomeUnknown");

/** What resolved is there; what was rejected is not, or as far as it may be. */
function checkParts(
  { parts }: Operation,
  fault: Fault,
  outcome: Outcome,
  there: State,
  { before, written, after }: Clean,
): void {
  const { resolved } = outcome;
  if (parts === "aside") {
    const gists = [before, ...written].slice(resolved ? 1 : 0).map(gistOf);
    expect(gists).toContainEqual(gistOf(there));
  } else if (parts === "tried") {
    const unknown = isUnknown(outcome) || isVarveError(fault.error, "OutcomeUnknown");
    const states = resolved ? [after] : unknown ? [before, after] : [before];
    expect(states.map(gistOf)).toContainEqual(gistOf(there));
  } else if (resolved) {
    expect(there).toEqual(after);
  } else if (parts === "in order") {
    expect([before, ...written]).toContainEqual(there);
  } else if (parts === "apart") {
    expect(idsOf(there).slice(0, idsOf(before).length)).toEqual(idsOf(before));
    const payloads = after.transcript.map(({ id, payload }) => ({ id, payload }));
    for (const { id, payload } of there.transcript)
      expect(payloads).toContainEqual({ id, payload });
  } else if (isUnknown(outcome)) {
    expect([before, after]).toContainEqual(there);
  } else {
    expect(there).toEqual(before);
  }
}

async function isKept(operation: Operation, fault: Fault, expected: Clean) {
  const { chat, varve, run, storage, fresh } = await arranged(operation);
  storage.setFaults(fault);
  const outcome = await outcomeOf(run(operation));
  storage.setFaults();
  const there = await fresh();
  checkParts(operation, fault, outcome, there, expected);
  if (!outcome.resolved) expect(isVarveError(outcome.error)).toBe(true);
  // Who was there all the time sees the same, once he has read on, and can write.
  await goOn(chat, there.branches);
  await chat.policies.evaluations(); // what was counted is written now
  expect(await stateOf(chat as never, varve)).toEqual(await fresh());
  expect(await chat.verify()).toMatchObject({ ok: true });
}

for (const operation of OPERATIONS) {
  describe(operation.name, async () => {
    const expected = await clean(operation);
    const { before, after, calls } = expected;
    const tried = operation.reads ? calls.slice(0, calls.lastIndexOf("write") + 1) : calls;

    test("changes something, with a call to the store", () => {
      expect(after).not.toEqual(before);
      expect(calls).toContain("write");
    });

    for (const [what, fault] of Object.entries(FAULTS)) {
      for (const [index, call] of tried.entries()) {
        test.concurrent(`when call ${index + 1}, ${call}, ${what}`, async () => {
          await isKept(operation, { ...fault, nth: index + 1 }, expected);
        });
      }
    }
  });
}

describe("questions", () => {
  const question: Operation = { name: "a question", run: async () => {} };

  for (const [name, ask] of Object.entries(QUESTIONS)) {
    /** Asks a store of its own. */
    const asked = async (fault?: Fault) => {
      const { chat, storage, fresh } = await arranged(question);
      const before = await fresh();
      const varve = varveOn(storage, 4);
      storage.setFaults(...(fault ? [fault] : []));
      const outcome = await outcomeOf((async () => ask(chat, varve))());
      const calls = storage.calls.length;
      storage.setFaults();
      const again = await ask(chat, varve);
      expect(await fresh()).toEqual(before);
      return { outcome, calls, again };
    };

    test.concurrent(`${name} fails or is answered, and changes nothing`, async () => {
      const { calls, ...right } = await asked();
      expect(right.outcome).toEqual({ resolved: true, answer: right.again });
      for (const fault of Object.values(FAULTS)) {
        for (let nth = 1; nth <= calls; nth++) {
          const { outcome, again } = await asked({ ...fault, nth });
          if (outcome.resolved) expect(outcome).toEqual(right.outcome);
          else expect(isVarveError(outcome.error)).toBe(true);
          expect(again).toEqual(right.again);
        }
      }
    });
  }
});

describe("a store that gives no answer until the deadline", () => {
  /** A repository whose clock is 20 s further after each write that was tried since faults were set. */
  async function impatient() {
    const place = memoryPlace();
    await furnish(place.open());
    const storage = faultyAdapter(place.open());
    const tried = () => storage.calls.filter((call) => call === "write").length;
    const clock = manualClock();
    const hasty = Object.assign(() => clock() + 20_000 * tried(), clock);
    const chat = await testVarve({ storage, ids: 2, clock: hasty }).open("chat");
    const ids = async () => {
      const fresh = await testVarve({ storage: place.open(), ids: 3 }).open("chat");
      return (await fresh.history({ limit: 99 })).commits.flatMap(({ id }) => id ?? []);
    };
    const length = async () => {
      const [key] = await keys(storage);
      return (await storage.readJournal(key as never, { after: 0, limit: 99 })).length;
    };
    return { chat, storage, ids, length };
  }

  const keys = async (storage: FaultyAdapter) => {
    const { repositories } = await storage.listRepositories("default", { limit: 9 });
    return repositories.map((row) => ({ workspace: "default", ...row }));
  };

  test("nothing was written, and a fence says so: Unavailable", async () => {
    const { chat, storage, ids, length } = await impatient();
    const before = await length();
    storage.setFaults({ kind: "fail", on: "write", times: 2 });
    const outcome = await outcomeOf(chat.user("Lost.", { id: "x" }));
    expect(outcome).toMatchObject({ resolved: false, error: { code: "Unavailable" } });
    expect(await ids()).not.toContain("x");
    expect(await length()).toBe(before + 1); // the fence: what is late is too late
    await chat.user("On we go.", { id: "y" });
    expect(await ids()).toContain("y");
  });

  test("the fence finds that it was written: resolved", async () => {
    const { chat, storage, ids } = await impatient();
    storage.setFaults({ kind: "loseAnswer", on: "write", times: 2 });
    await chat.user("Not lost.", { id: "x" });
    expect((await ids()).filter((id) => id === "x")).toHaveLength(1);
  });

  for (const kind of ["fail", "loseAnswer"] as const) {
    test(`not even the fence is answered (${kind}): OutcomeUnknown, and the same call again is safe`, async () => {
      const { chat, storage, ids } = await impatient();
      storage.setFaults({ kind, on: "write", times: Number.POSITIVE_INFINITY });
      const again = () => chat.user("Who knows?", { id: "x", operationId: "once" });
      const outcome = await outcomeOf(again());
      expect(outcome).toMatchObject({
        resolved: false,
        error: { code: "OutcomeUnknown", retryable: true },
      });
      storage.setFaults();
      await again();
      await again();
      expect((await ids()).filter((id) => id === "x")).toHaveLength(1);
    });
  }
});

describe("deleting a repository", () => {
  for (const [what, fault] of Object.entries(FAULTS)) {
    test.concurrent(`when the call ${what}`, async () => {
      const place = memoryPlace();
      await furnish(place.open());
      const storage = faultyAdapter(place.open());
      const varve = varveOn(storage, 2);
      await varve.open("chat");
      storage.setFaults({ ...fault, on: "deleteRepository" });
      const outcome = await outcomeOf(varve.delete("chat"));
      storage.setFaults();
      const { repositories } = await varveOn(place.open(), 3).list();
      if (outcome.resolved) expect(repositories).toEqual([]);
      else if (!isUnknown(outcome)) expect(repositories).toHaveLength(1);
      await varve.delete("chat"); // again is harmless
      expect((await varveOn(place.open(), 3).list()).repositories).toEqual([]);
    });
  }
});
