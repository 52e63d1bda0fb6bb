// Browsers that are killed while a page writes. Nothing that was acknowledged may be missing, with one exception
// that is Chromium's: a kill in the middle of a write leaves half a record at the end of LevelDB's log; the next
// start appends to that log all the same, and the start after it finds it damaged and deletes all databases of the
// origin (https://github.com/google/leveldb/issues/1287). So a control without varve stands beside: what it keeps
// has to be kept, and where both are lost the application has to be told.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ground, listen, look, write } from "./killable.mjs";

const ROUNDS = 30;

/** Whether the browser threw everything away, which has to be all or nothing, and told. */
function dropped({ told, missing, kept }, acknowledged, when) {
  if (acknowledged.commits.length === 0 && acknowledged.puts === -1) return false;
  if (kept) {
    assert.deepEqual(missing, [], `${when}: what was acknowledged is there, as the control's is`);
    assert.equal(told, undefined, `${when}: nothing was lost, and nothing said to be`);
    return false;
  }
  const last = acknowledged.commits.slice(-200);
  assert.deepEqual(
    missing,
    last,
    `${when}: the control lost everything, and so everything is lost`,
  );
  assert.match(told ?? "", /^Corrupt: .*threw it away/, `${when}: the application is told`);
  return true;
}

test(`what was acknowledged to ${ROUNDS} browsers that are killed is there`, async (t) => {
  const place = await ground();
  t.after(() => place.end());
  let [acknowledged, all, drops] = [{ commits: [], puts: -1 }, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const { page, kill } = await place.launch();
    const found = await look(page, acknowledged);
    if (dropped(found, acknowledged, `after ${round} rounds`)) {
      drops += 1;
      acknowledged = { commits: [], puts: -1 };
    }
    const [before, begun] = [acknowledged.commits.length, listen(page, acknowledged)];
    const writing = write(page, `round ${round}`);
    await Promise.race([begun, writing]); // it fails where it cannot write
    writing.catch(() => {}); // it ends with the browser
    await sleep(Math.random() * 500);
    await kill();
    all += acknowledged.commits.length - before;
  }
  const { page } = await place.launch();
  const found = await look(page, acknowledged);
  if (dropped(found, acknowledged, `after ${ROUNDS} rounds`)) {
    drops += 1;
    acknowledged.commits = [];
  }
  const { faults, commits } = await page.evaluate(() => chat.verify());
  assert.deepEqual(faults, []);
  assert.ok(commits >= acknowledged.commits.length, `${commits} commits are there`);
  t.diagnostic(
    `IndexedDB: ${all} acknowledged in ${ROUNDS} rounds; Chromium dropped all of the origin's databases ${drops} times, the control's too`,
  );
});

for (const listens of [true, false]) {
  const how = listens ? "to who listens" : "by the first call";
  test(`after a log that ends in half a record, commits share the fate of the control's puts, and are told of ${how}`, async (t) => {
    const place = await ground();
    t.after(() => place.end());
    let acknowledged = { commits: [], puts: -1 };
    const fates = [];
    for (const round of ["before", "torn", "appended", "after"]) {
      const { page, kill } = await place.launch();
      const found = await look(page, acknowledged, listens);
      const isLost = dropped(found, acknowledged, round);
      if (isLost) acknowledged = { commits: [], puts: -1 };
      fates.push(isLost ? "lost" : "kept");
      if (round !== "after") {
        listen(page, acknowledged);
        await write(page, round, 5);
        await page.evaluate(() => {}); // what the console was told is here
      }
      await kill();
      const log = place.log();
      // What a kill between the two writes of a record leaves: the head of 900 bytes that did not come.
      if (round === "before" && log !== undefined) {
        appendFileSync(log, Buffer.from([1, 2, 3, 4, 0x84, 0x03, 1]));
      }
    }
    assert.equal(
      fates[1],
      "kept",
      "half a record takes nothing along that was acknowledged before it",
    );
    t.diagnostic(`IndexedDB: commits acknowledged around half a record were ${fates.join(", ")}`);
  });
}
