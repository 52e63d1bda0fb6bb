// What the tests find in every tab: the package, and the cases of its conformance kit.
import { createVarve } from "/dist/esm/entries/default.js";
import { testStorageAdapter, testVarve } from "/dist/esm/entries/testing.js";
import { indexedDB as storage } from "/dist/esm/storage/indexed-db.js";
import { policyCases } from "/tests/support/policies.mjs";

let places = 0;

/** A database of its own. */
function place(options) {
  places += 1;
  const name = `kit ${places}`;
  return {
    open: () => storage(name, options),
    destroy: () => deleteDatabase(name),
  };
}

function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** The cases of the kit, with what is said of those that are left out. */
function conformance(options) {
  const path = [];
  const cases = [];
  const describe = (name, define) => {
    path.push(name);
    define();
    path.pop();
  };
  const it = (name, run) => cases.push({ name: [...path, name].join(" > "), run });
  it.skip = (name) => cases.push({ name: [...path, name].join(" > "), run: undefined });
  const { durability = "strict" } = options;
  const capabilities = { durability, maxObjectBytes: 120 * 1024 * 1024 };
  testStorageAdapter(() => place(options), { describe, it, capabilities });
  return cases;
}

/** What policies promise across restarts and processes, each case in a database of its own. */
const policies = (name) => {
  const place = `policies ${name}`;
  return policyCases[name]({ testVarve, open: () => storage(place) });
};

globalThis.varve = { createVarve, storage, conformance, policies, deleteDatabase };
