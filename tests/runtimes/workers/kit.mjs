// The conformance kit inside of a Durable Object, on its own storage: one object for each case, so that each has an empty
// place. `/kit` tells the cases, `/kit/3` runs the fourth. The other paths tell what fails where it cannot work.
import { DurableObject } from "cloudflare:workers";
import { createVarve, isVarveError } from "varve";
import { durableObject } from "varve/storage/durable-object";
import { indexedDB } from "varve/storage/indexed-db";
import { postgres } from "varve/storage/postgres";
import { sqlite } from "varve/storage/sqlite";
import { testStorageAdapter } from "varve/testing";

/** The cases for a storage; one that is left out has no `run`, and says why in its name. */
function casesOf(storage) {
  const cases = [];
  let group = "";
  const open = () => durableObject(storage);
  testStorageAdapter(() => ({ open }), {
    describe(name, define) {
      group = name;
      define();
    },
    it: Object.assign((name, run) => void cases.push({ name: `${group} > ${name}`, run }), {
      skip: (name) => void cases.push({ name: `${group} > ${name}` }),
    }),
    capabilities: open().capabilities,
  });
  return cases;
}

export class Place extends DurableObject {
  cases() {
    return casesOf(this.ctx.storage).map(({ name, run }) => ({ name, runs: run !== undefined }));
  }

  async run(index) {
    try {
      await casesOf(this.ctx.storage)[index].run();
      return "kept";
    } catch (error) {
      return error instanceof Error ? error.stack : String(error);
    }
  }
}

/** What a call fails with. */
async function failure(call) {
  try {
    await call();
  } catch (error) {
    return { typed: isVarveError(error), code: error.code, message: error.message };
  }
  return { typed: false };
}

const opening = (storage) => failure(() => createVarve({ storage }).open("chat"));

/** A class that was declared without SQL. */
export class WithoutSql extends DurableObject {
  failure() {
    return failure(() => durableObject(this.ctx.storage));
  }
}

const routes = {
  kit(index, { PLACES }) {
    const place = PLACES.get(PLACES.idFromName(index ?? "cases"));
    return index === undefined ? place.cases() : place.run(Number(index));
  },
  "without-sql": (_, env) => env.WITHOUT_SQL.get(env.WITHOUT_SQL.idFromName("a")).failure(),
  "no-storage": () => failure(() => durableObject({})),
  "no-durability": () => failure(() => durableObject({}, { durability: "later" })),
  file: () => opening(sqlite("context.db")),
  "indexed-db": () => opening(indexedDB("context")),
  postgres: () => opening(postgres("postgres://localhost/context")),
};

export default {
  async fetch(request, env) {
    const [name, rest] = new URL(request.url).pathname.slice(1).split("/");
    return Response.json(await routes[name](rest, env));
  },
};
