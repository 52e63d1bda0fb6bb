// The Workers that the pages of docs/ show run in workerd as they stand: each takes a message and answers with those that
// the model would see.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { blocksOf, pages } from "../js/docs/blocks.ts";
import { project } from "./lib/project.mjs";
import { bundled, worker } from "./lib/workerd.mjs";

const made = project("workerd-docs");
after(() => made.remove());

const blocks = pages.flatMap(blocksOf).filter(({ place }) => place === "workerd");

test("there are some", () => assert.ok(blocks.length > 0));

for (const { page, line, language, text } of blocks) {
  test(`${page}:${line} runs`, async () => {
    const main = `${page.replace(/\W/g, "-")}-${line}.${language}`;
    made.write(main, text);
    const running = worker(bundled(made, main), bindingsOf(text));
    try {
      await migrate(await running.bindings());
      assert.match(JSON.stringify(await running.ask("", "Where is order 4711?")), /order 4711/);
      const again = JSON.stringify(await running.ask("", "And 4712?"));
      assert.match(again, /4711.*4712/);
    } finally {
      await running.stop();
    }
  });
}

/** D1 for `env.DB`; the class of a Durable Object for the other binding that is used. */
function bindingsOf(text) {
  const [, className] = /export class (\w+) extends DurableObject/.exec(text) ?? [];
  const [binding] = [...text.matchAll(/env\.(\w+)/g)].map(([, name]) => name);
  if (className) return { durableObjects: { [binding]: { className, useSQLite: true } } };
  return { d1Databases: ["DB"] };
}

/** Makes the tables, as the page says one does before. */
async function migrate({ DB }) {
  if (DB === undefined) return;
  const { sqliteSchema } = await import(made.path("node_modules/varve/dist/esm/storage/sqlite.js"));
  const statements = sqliteSchema()
    .split(/;\n/)
    .filter((sql) => sql.trim() !== "");
  await DB.batch(statements.map((sql) => DB.prepare(sql)));
}
