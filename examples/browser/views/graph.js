// The history as a graph: commits from the newest to the oldest, branches as lanes, the head marked, compactions as
// layers. A click shows what the model saw there.
import { fill, h, keyed, listIn, when } from "../dom.js";
import { commitLine } from "../words.js";

const ROW = 28;
const LANE = 15;
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 5;

/** Draws the commits. `at` is the commit that is looked at where that is not the head. */
export function showGraph(parent, { commits, branches, status }, { at, onCommit }) {
  const lanes = lanesOf(commits, branches);
  const tips = new Map();
  for (const branch of branches) {
    if (branch.head !== undefined)
      tips.set(branch.head, [...(tips.get(branch.head) ?? []), branch]);
  }
  const list = listIn(parent, "commits");
  list.style.setProperty("--lanes", `${lanes.width * LANE + 12}px`);
  const items = commits.map((commit) => {
    const head = commit.hash === status.head;
    const shown = at === undefined ? head : commit.hash === at;
    const names = (tips.get(commit.hash) ?? []).map(({ name, current }) => [name, current]);
    return {
      key: commit.hash,
      signature: JSON.stringify([head, shown, names]),
      commit,
      head,
      shown,
      names,
    };
  });
  keyed(list, items, (item) => row(item, onCommit));
  parent.querySelector("svg")?.remove();
  parent.prepend(draw(commits, lanes, { head: status.head, at }));
  if (at !== undefined) list.querySelector(".shown")?.scrollIntoView({ block: "nearest" });
}

function row({ commit, head, shown, names }, onCommit) {
  const { verb, text } = commitLine(commit);
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: `commit${shown ? " shown" : ""}`,
        "aria-current": shown ? "true" : null,
        "data-focus": `commit-${commit.hash}`,
        "data-commit": commit.hash,
        title: `${commit.hash.slice(0, 12)} · ${when(commit.createdAt)}\nShow what the model saw here`,
        on: { click: () => onCommit(commit.hash) },
      },
      names.map(([name, current]) =>
        h(
          "span",
          { class: `chip ${name.startsWith("@/") ? "anonymous" : ""} ${current ? "current" : ""}` },
          name.startsWith("@/") ? "alternative" : name,
        ),
      ),
      h("span", { class: `verb v-${verb}` }, verb),
      h("span", { class: "commit-text" }, text),
      head ? h("span", { class: "visually-hidden" }, " (head)") : null,
    ),
  );
}

/** The lane of each commit: the current branch in the first, others beside it where there is room. */
function lanesOf(commits, branches) {
  const rows = new Map(commits.map(({ hash }, index) => [hash, index]));
  const lane = new Map();
  const taken = []; // of each lane the stretches of rows that are in use
  const rank = ({ current, name }) => (current ? 0 : name.startsWith("@/") ? 2 : 1);
  for (const { head } of [...branches].sort((a, b) => rank(a) - rank(b))) {
    const line = [];
    let hash = head;
    while (hash !== undefined && rows.has(hash) && !lane.has(hash) && !line.includes(hash)) {
      line.push(hash);
      hash = commits[rows.get(hash)].parents[0];
    }
    if (line.length === 0) continue;
    const from = rows.get(line[0]);
    const to = rows.get(hash) ?? rows.get(line.at(-1));
    const free = (stretches) => stretches.every(([first, last]) => to < first || from > last);
    let index = taken.findIndex(free);
    if (index < 0) index = taken.push([]) - 1;
    taken[index].push([from, to]);
    for (const each of line) lane.set(each, index);
  }
  return { lane, rows, width: Math.max(1, taken.length) };
}

function draw(commits, { lane, rows, width }, { head, at }) {
  const svg = element("svg", {
    width: width * LANE + 12,
    height: commits.length * ROW,
    class: "lanes",
    "aria-hidden": "true",
  });
  const x = (hash) => 12 + (lane.get(hash) ?? 0) * LANE;
  const y = (hash) => rows.get(hash) * ROW + ROW / 2;
  const edges = element("g", { class: "edges" });
  const nodes = element("g", { class: "nodes" });
  for (const { hash, parents, operation } of commits) {
    const colour = `lane-${(lane.get(hash) ?? 0) % COLOURS}`;
    for (const parent of parents.filter((each) => rows.has(each))) {
      const [x1, y1, x2, y2] = [x(hash), y(hash), x(parent), y(parent)];
      const bend = Math.min(y2 - y1, ROW);
      const path =
        x1 === x2
          ? `M${x1} ${y1}V${y2}`
          : `M${x1} ${y1}V${y2 - bend}C${x1} ${y2 - bend / 3} ${x2} ${y2 - bend / 1.5} ${x2} ${y2}`;
      edges.append(element("path", { d: path, class: colour }));
    }
    nodes.append(node(operation.kind, x(hash), y(hash), colour));
    if (hash === (at ?? head))
      nodes.append(
        element("circle", {
          cx: x(hash),
          cy: y(hash),
          r: operation.kind === "compact" ? 10 : 8,
          class: `ring ${colour}`,
        }),
      );
  }
  svg.append(edges, nodes);
  return svg;
}

/** A message is a dot, a change to one a ring, a compaction three layers. */
function node(kind, x, y, colour) {
  if (kind === "compact") {
    const d = [-4, 0, 4].map((step) => `M${x - 6} ${y + step}h12`).join("");
    const group = element("g", { class: `layers ${colour}` });
    group.append(
      element("rect", { x: x - 7, y: y - 7, width: 14, height: 14, rx: 3 }),
      element("path", { d }),
    );
    return group;
  }
  const changes = kind !== "append";
  return element("circle", {
    cx: x,
    cy: y,
    r: changes ? 3.6 : 4.2,
    class: `${changes ? "change" : "dot"} ${colour}`,
  });
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The branches that have names, to switch to. */
export function showBranches(parent, { branches }, { disabled, onSwitch }) {
  fill(
    parent,
    branches
      .filter(({ name }) => !name.startsWith("@/"))
      .map(({ name, current }) =>
        h(
          "button",
          {
            type: "button",
            class: "branch",
            "aria-pressed": String(current),
            disabled,
            "data-focus": `branch-${name}`,
            on: { click: () => onSwitch(name) },
          },
          name,
        ),
      ),
  );
}
