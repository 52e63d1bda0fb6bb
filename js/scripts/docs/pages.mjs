// The pages of the API reference as Markdown.

const KINDS = ["Functions", "Classes", "Values", "Types"];
const NOTE = "<!-- Made by npm run docs of the doc comments in js/src: change those. -->";

/** The page that lists all others. */
export function indexOf(entries) {
  const rows = entries.map(({ name, page, about }) => `| [\`${name}\`](${page}) | ${about} |`);
  return `${NOTE}

# API reference

Of each subpath of the package what it exports. The guides are in [docs](../README.md).

| | |
|---|---|
${rows.join("\n")}
`;
}

/** The page of one subpath; `entries` tell where items of other pages are at home. */
export function pageOf({ page, name, about, items, others }, entries) {
  const homes = new Map(
    entries.flatMap((entry) => entry.items.map((item) => [item.name, entry.page])),
  );
  for (const item of items) homes.set(item.name, page); // before another of the same name
  const place = (item) => (homes.get(item) === page ? "" : homes.get(item));
  const link = (item) => `[\`${item}\`](${place(item)}#${anchor(item)})`;
  const sections = KINDS.map((kind) => [kind, items.filter((item) => item.kind === kind)])
    .filter(([, found]) => found.length > 0)
    .map(
      ([kind, found]) =>
        `## ${kind}\n\n${found.map((item) => told(item, link, homes)).join("\n\n")}`,
    );
  const lists = items.length > 8 ? [contents(items)] : [];
  const elsewhere = alsoHere(others, name, entries, link);
  return `${[NOTE, `# ${name}`, about, ...lists, ...elsewhere, ...sections].join("\n\n")}\n`;
}

/** What is told on other pages; of a page that is here as a whole its name. */
function alsoHere(others, name, entries, link) {
  const isWhole = ({ items }) =>
    items.length > 4 && items.every((item) => others.includes(item.name));
  const whole = entries.filter((entry) => entry.name !== name && isWhole(entry));
  const told = new Set(whole.flatMap(({ items }) => items.map((item) => item.name)));
  const pages = whole.map((entry) => `everything of [\`${entry.name}\`](${entry.page})`);
  const named = [...pages, ...others.filter((item) => !told.has(item)).map(link)];
  return named.length > 0 ? [`Also here: ${named.join(", ")}.`] : [];
}

function contents(items) {
  const rows = KINDS.map((kind) => [kind, items.filter((item) => item.kind === kind)])
    .filter(([, found]) => found.length > 0)
    .map(
      ([kind, found]) =>
        `| ${kind} | ${found.map(({ name }) => `[${name}](#${anchor(name)})`).join(" · ")} |`,
    );
  return `| | |\n|---|---|\n${rows.join("\n")}`;
}

function told({ name, text, code, members }, link, homes) {
  const named = new Set([name]);
  const parts = [`### ${name}`, safe(text), fenced(code), ...types(code, named, link, homes)];
  for (const member of members) {
    parts.push(`#### ${name}.${member.name}`, safe(member.text), fenced(member.code));
    parts.push(...types(member.code, named, link, homes));
  }
  return parts.filter((part) => part !== "").join("\n\n");
}

const fenced = (code) => `\`\`\`ts\n${code}\n\`\`\``;

/** Links to the exported types that a declaration names. */
function types(code, named, link, homes) {
  const words = new Set(code.replace(/\/\*[\s\S]*?\*\//g, "").match(/\b[A-Z]\w+\b/g) ?? []);
  const found = [...words].filter((word) => homes.has(word) && !named.has(word)).sort();
  return found.length > 0 ? [`Types: ${found.map(link).join(", ")}`] : [];
}

/** Angle brackets outside of code would be read as HTML. */
const safe = (text) => text.replace(/`[^`]*`|</g, (found) => (found === "<" ? "&lt;" : found));

const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "");
