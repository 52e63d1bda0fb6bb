// The texts that are counted, taken from packages whose versions the lock file pins: the same for
// everybody. `seeded` is a random generator that gives the same for everybody, too.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
const read = (...path) => readFileSync(join(packages, ...path), "utf8");

/** English prose with Markdown in it: the documentation of Node's API in @types/node. */
function prose() {
  const folder = join(packages, "@types", "node");
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".d.ts"));
  const comments = files
    .sort()
    .flatMap((file) => [...read("@types", "node", file).matchAll(/\/\*\*([\s\S]*?)\*\//g)])
    .map(([, comment]) => comment.replace(/^\s*\* ?/gm, "").replace(/```[\s\S]*?```/g, ""));
  return comments.filter((comment) => comment.length > 200).join("\n");
}

/** JavaScript as people write it: a part of Vite. */
const code = () => read("vite", "dist", "node", "chunks", "node.js").slice(0, 600_000);

/** What APIs answer: records with ids, times, nested values, indented by two. */
function json() {
  const random = seeded(11);
  const words = prose().match(/[A-Za-z]{3,}/g);
  const pick = (list) => list[random(list.length)];
  const records = Array.from({ length: 900 }, (_, id) => ({
    id: `usr_${random(2 ** 31).toString(36)}`,
    index: id,
    email: `${pick(words)}.${pick(words)}@example.com`.toLowerCase(),
    createdAt: new Date(1.6e12 + random(2 ** 31) * 50).toISOString(),
    active: random(2) === 1,
    score: random(10_000) / 100,
    address: {
      street: `${1 + random(200)} ${pick(words)} Street`,
      zip: String(random(99_999)),
      geo: [random(180), -random(90)],
    },
    tags: Array.from({ length: random(5) }, () => pick(words)),
    note: random(3) ? Array.from({ length: 8 + random(12) }, () => pick(words)).join(" ") : null,
  }));
  return JSON.stringify({ object: "list", data: records, has_more: false }, null, 2);
}

const LANGUAGES = [
  "cs",
  "de",
  "es",
  "fr",
  "it",
  "ja",
  "ko",
  "pl",
  "pt-br",
  "ru",
  "tr",
  "zh-cn",
  "zh-tw",
];

/** Thirteen languages, a sentence of each in turn: the messages of TypeScript's compiler. */
function multilingual() {
  const messages = LANGUAGES.map((language) =>
    Object.values(
      JSON.parse(read("typescript-5", "lib", language, "diagnosticMessages.generated.json")),
    ),
  );
  const rows = Array.from({ length: 600 }, (_, row) => messages.map((list) => list[row] ?? ""));
  return rows.flat().join("\n");
}

/** 2,000 messages of a chat: mostly prose, some code, some in other languages, 40 to 2,000 bytes. */
function chat(sources) {
  const random = seeded(7);
  const [proseLines, codeLines, otherLines] = sources.map((text) =>
    text.split("\n").filter((line) => line.length > 30),
  );
  return Array.from({ length: 2000 }, () => {
    const kind = random(10);
    const lines = kind < 6 ? proseLines : kind < 8 ? codeLines : otherLines;
    const from = random(lines.length - 10);
    return lines.slice(from, from + 1 + random(6)).join(kind < 8 && kind >= 6 ? "\n" : " ");
  });
}

/** By name, each a list of texts that are counted one after the other. */
export function texts() {
  const sources = [prose(), code(), multilingual()];
  return {
    prose: [sources[0]],
    code: [sources[1]],
    JSON: [json()],
    multilingual: [sources[2]],
    "2,000 chat messages": chat(sources),
  };
}

const random = (alphabet, length) => {
  const next = seeded(42);
  return Array.from({ length }, () => alphabet[next(alphabet.length)]).join("");
};

const COMMON =
  "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过";

/** Inputs that are slow where merging a long piece takes the square of its length: 100 KB each. */
export const pathological = {
  "one letter": () => "a".repeat(100_000),
  spaces: () => `${" ".repeat(99_999)}x`,
  "= signs": () => "=".repeat(100_000),
  "random letters": () => random("abcdefghijklmnopqrstuvwxyz", 100_000),
  base64: () => random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 100_000),
  "Chinese, no break": () => random(COMMON, 33_333),
  "Thai, no break": () => random("กขคงจฉชซญดตถทธนบปผพฟมยรลวศสหอาำเแโใไ", 33_333),
  "1 MiB of one letter": () => "a".repeat(1 << 20),
};

function seeded(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % limit;
  };
}

// As a command: all texts as JSON, for the native benchmarks.
if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(JSON.stringify(texts()));
