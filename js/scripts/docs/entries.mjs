// What the package exports, read from its declarations with TypeScript's own API: of each subpath its items, of each
// item its doc comment and its declaration as TypeScript. An item is told once, on its home page.
import { readFileSync } from "node:fs";
import ts from "typescript-5";
import { inRoot, readJson } from "../lib/project.mjs";

/** Homes are looked for in this order: what counts tokens is at home in `varve/tokens`, all else in `varve` first. */
const FIRST = ["varve/tokens", "varve"];

/** Of subpaths whose file begins with words for who works on it. */
const ABOUT = {
  varve: "Repositories of conversations: commits, branches, compiles, compression, policies.",
  "varve/slim":
    "The same as `varve`, with the WebAssembly module from you: `varve/varve.wasm`, or wherever it is kept.",
  "varve/tokens": "Counting tokens, and nothing else.",
  "varve/formats/files": "What files cost in tokens.",
  "varve/testing": "Proof that a store keeps its promises, and what tests of an application need.",
};

/** `{ name, page, about, items, others }` of each subpath; `others` are the names of items at home elsewhere. */
export function entriesOf() {
  const { exports } = readJson("package.json");
  const files = Object.entries(exports)
    .filter(([, target]) => target.default?.types)
    .map(([path, target]) => ({
      name: `varve${path.slice(1)}`,
      file: inRoot(target.default.types),
    }));
  const program = ts.createProgram(
    files.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, types: [] },
  );
  const checker = program.getTypeChecker();
  const homes = new Map();
  const rank = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const entries = [...files]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ name, file }) => {
      const source = program.getSourceFile(file);
      const module = checker.getSymbolAtLocation(source);
      const items = [];
      const others = [];
      for (const exported of module ? checker.getExportsOfModule(module) : []) {
        const isAlias = exported.flags & ts.SymbolFlags.Alias;
        const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
        // The same declaration may be bundled under several paths: its name and text tell.
        const key = `${exported.name}\n${symbol.declarations?.map((each) => each.getText()).join("\n")}`;
        if (homes.has(key)) others.push(exported.name);
        else {
          homes.set(key, name);
          items.push(itemOf(exported.name, symbol, checker));
        }
      }
      const byName = (a, b) => (a.name ?? a).localeCompare(b.name ?? b, "en");
      return {
        name,
        page: pageName(name),
        about: aboutOf(name, file),
        items: items.sort(byName),
        others: others.sort(byName),
      };
    });
  return gathered(entries).sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** The encodings differ in their name only: one page for all. */
function gathered(entries) {
  const isEncoding = ({ name }) => name.startsWith("varve/encodings/");
  const encodings = entries.filter(isEncoding);
  const items = encodings.flatMap(({ items }) => items).sort((a, b) => (a.name < b.name ? -1 : 1));
  const others = [...new Set(encodings.flatMap(({ others }) => others))];
  const about = "Encodings to load: each is at `varve/encodings/` and its name.";
  const all = { name: "varve/encodings", page: "encodings.md", about, items, others };
  return [...entries.filter((entry) => !isEncoding(entry)), all];
}

const pageName = (name) => `${name.replace(/^varve\/?/, "").replaceAll("/", "-") || "varve"}.md`;

/** The first lines of the source, which say what it is for. */
function aboutOf(name, file) {
  if (ABOUT[name]) return ABOUT[name];
  const source = file.replace(/dist\/esm/, "js/src").replace(/\.d\.ts$/, ".ts");
  const [head = ""] = /^(?:\/\/.*\n)+/.exec(readFileSync(source, "utf8")) ?? [];
  const text = head
    .replace(/^\/\/ ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return text.replace(/^`[^`]+`: (.)/, (_, first) => first.toUpperCase());
}

function itemOf(name, symbol, checker) {
  const [declaration] = symbol.declarations;
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return {
    name,
    kind: kindOf(symbol),
    text: textOf(symbol, checker),
    ...shapeOf(name, symbol, node, checker),
  };
}

function kindOf({ flags }) {
  if (flags & ts.SymbolFlags.Function) return "Functions";
  if (flags & ts.SymbolFlags.Class) return "Classes";
  if (flags & ts.SymbolFlags.Variable) return "Values";
  return "Types";
}

/** The declaration in full; of what has methods only its head, and the members one by one. */
function shapeOf(name, symbol, node, checker) {
  const [declaration] = symbol.declarations;
  const isObject = ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration);
  const type = isObject ? checker.getDeclaredTypeOfSymbol(symbol) : undefined;
  const own = type ? checker.getPropertiesOfType(type).filter(isOurs) : [];
  const isLong = own.filter((each) => each.flags & ts.SymbolFlags.Method).length > 3;
  if (!isLong) return { code: codeOf(symbol, node), members: [] };
  const members = own.map((member) => ({
    name: member.name,
    text: textOf(member, checker),
    code: member.declarations.map((each) => plain(dedented(each.getText()))).join("\n"),
  }));
  const word = ts.isClassDeclaration(declaration) ? "class" : "interface";
  const parameters = declaration.typeParameters?.map((each) => each.getText()).join(", ");
  const code = `${word} ${name}${parameters ? `<${parameters}>` : ""}`;
  return { code, members: members.sort((a, b) => a.name.localeCompare(b.name, "en")) };
}

/** Not the engine's, not private. */
function isOurs(member) {
  const [declaration] = member.declarations ?? [];
  if (!declaration || declaration.getSourceFile().fileName.includes("/node_modules/")) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isHidden = ts.getCombinedModifierFlags(declaration) & hidden;
  return !isHidden && /^[a-zA-Z]/.test(member.name);
}

function codeOf(symbol, node) {
  const nodes = node.kind === ts.SyntaxKind.VariableStatement ? [node] : symbol.declarations;
  return nodes.map((each) => plain(each.getText())).join("\n");
}

/** As one would write it in TypeScript: two blanks a level, no words for declarations alone. */
function plain(text) {
  return text
    .replace(/^export (?:declare )?/gm, "")
    .replace(/^declare /gm, "")
    .replace(/^( {4})+/gm, (blanks) => " ".repeat(blanks.length / 2))
    .replace(/^(?: *)#private;\n/gm, "");
}

/** A member's text stands four blanks in. */
const dedented = (text) => text.replace(/^ {4}/gm, "");

function textOf(symbol, checker) {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const thrown = symbol.getJsDocTags(checker).filter(({ name }) => name === "throws");
  const throws = thrown.map((tag) => `Throws ${ts.displayPartsToString(tag.text)}`);
  return [text, ...throws].filter((part) => part !== "").join("\n\n");
}
