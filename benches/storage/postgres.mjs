// PostgreSQL, on a server of its own, through pg. Round trips are counted on the wire, by a proxy.
import pg from "pg";
import { createVarve } from "varve";
import { postgres } from "varve/storage/postgres";
import { missing, startPostgres } from "../../tests/js/storage/server/postgres.ts";
import { startProxy } from "../../tests/js/storage/server/proxy.ts";
import { message } from "../lib/messages.mjs";
import { median, percentile, thousands } from "../lib/report.mjs";

const since = (start) => performance.now() - start;

/** A handle on a new repository, and what closes its connection. */
async function opened(url, id) {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const varve = createVarve({ storage: postgres(pool), encoding: "approximate" });
  await varve.migrate();
  const chat = await varve.open(id);
  await chat.commit(message(0)); // makes the repository
  return { chat, end: () => varve.close().then(() => pool.end()) };
}

/** Inserts as many bytes as a commit stores: one statement, which is a transaction of its own. */
async function floor(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE bare (bytes bytea)");
  const values = [Buffer.alloc(800, 7)];
  const insert = { name: "bare", text: "INSERT INTO bare (bytes) VALUES ($1)", values };
  const run = async () => {
    const start = performance.now();
    await client.query(insert);
    return since(start);
  };
  return { run, end: () => client.end() };
}

async function roundTrips(row, server) {
  const proxy = await startProxy(server.port);
  const { chat, end } = await opened(server.url({ port: proxy.port }), "round trips");
  const counts = [];
  for (let index = 1; index <= 200; index++) {
    proxy.roundTrips();
    await chat.commit(message(index));
    counts.push(proxy.roundTrips());
  }
  await end();
  await proxy.stop();
  const most = Math.max(...counts);
  const least = Math.min(...counts);
  const found = most === least ? `${most}` : `${least} to ${most}`;
  const what = "PostgreSQL: round trips of a commit, counted on the wire";
  row(what, "1", found, most === 1 && least === 1, `each of ${counts.length} commits`);
}

async function commits(row, server) {
  const { chat, end } = await opened(server.url(), "bench");
  const bare = await floor(server.url());
  const [ours, theirs] = [[], []];
  for (let index = 1; index <= 900; index++) {
    const start = performance.now();
    await chat.commit(message(index));
    ours.push(since(start));
    theirs.push(await bare.run());
  }
  const [one, least] = [ours.slice(300), theirs.slice(300)].map(median);
  const times = one / least;
  const p99 = percentile(ours.slice(300), 0.99);
  const note = `${(one * 1000).toFixed(0)} µs (p99 ${(p99 * 1000).toFixed(0)}) beside ${(least * 1000).toFixed(0)} µs; it writes the tables for people as well`;
  const what = "PostgreSQL: a durable commit, times a bare INSERT of 800 bytes";
  row(what, "", times.toFixed(2), undefined, note);

  const rates = [[], []];
  for (let round = 1; round <= 7; round++) {
    const count = 64 * 4;
    let start = performance.now();
    for (let index = 0; index < count; index++) await chat.commit(message(10_000 * round + index));
    rates[0].push((count / since(start)) * 1000);
    start = performance.now();
    for (let burst = 0; burst < 4; burst++) {
      const at = 10_000 * round + 1000 + 64 * burst;
      await Promise.all(Array.from({ length: 64 }, (_, index) => chat.commit(message(at + index))));
    }
    rates[1].push((count / since(start)) * 1000);
  }
  const [alone, together] = rates.map(median);
  const gain = together / alone;
  const label = "PostgreSQL: 64 concurrent commits, times the rate of one at a time";
  const beside = `${thousands(together)}/s beside ${thousands(alone)}/s`;
  row(label, "≥ 5", gain.toFixed(1), gain >= 5, beside);
  await bare.end();
  await end();
}

export async function postgresRows(row) {
  if (missing !== undefined) return console.log(`left out: ${missing}`);
  const server = await startPostgres();
  try {
    await roundTrips(row, server);
    await commits(row, server);
  } finally {
    await server.stop();
  }
}
