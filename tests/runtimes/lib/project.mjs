// Projects of strangers: folders with a package.json of their own, in which `varve` is installed from the packed
// tarball. They lie below tests/runtimes, where its bundlers and frameworks are found; those that are to find nothing
// but varve lie apart, under the system's temporary folder.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { node24 } from "../../../js/scripts/lib/node24.mjs";
import {
  exists,
  filesIn,
  fingerprint,
  inRoot,
  root,
  setupDir,
} from "../../../js/scripts/lib/project.mjs";
import { readStamp, writeStamp } from "../../../js/scripts/lib/stamp.mjs";

export const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** The machine's Node, which npm test names, and Node 24. */
export const nodes = [...new Set([process.env.MACHINE_NODE ?? process.execPath, node24()])];

/** A file of a package of tests/runtimes. */
export const packaged = (...path) => inRoot("tests", "runtimes", "node_modules", ...path);

/** Runs a command, gives what it printed, and throws all of its output where it fails. */
export function run(command, args, options = {}) {
  try {
    const stdio = ["ignore", "pipe", "pipe"];
    return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio, ...options });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}

const execute = promisify(execFile);

/** The same, while this process goes on: for what asks a server in here. */
export async function start(command, args, options = {}) {
  try {
    const { stdout } = await execute(command, args, { cwd: root, encoding: "utf8", ...options });
    return stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}

/** What npm puts into the tarball. */
const published = () => [
  ...filesIn("dist"),
  "package.json",
  ...["README.md", "CHANGELOG.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"],
];

let packed;

/**
 * The tarball that would be published: `path`, its `size`, and `files` with their `path` and `size` in it. It is kept
 * until something in it changes, for all who ask.
 */
export function tarball() {
  if (packed) return packed;
  const key = fingerprint(published());
  const known = readStamp("tarball", key);
  if (known && exists(known.path)) {
    packed = known;
    return packed;
  }
  const folder = mkdtempSync(join(setupDir, "packing-"));
  const [made] = JSON.parse(run(npm, ["pack", "--json", "--pack-destination", folder]));
  const path = join(setupDir, made.filename);
  renameSync(join(folder, made.filename), path);
  rmSync(folder, { recursive: true });
  packed = { ...made, path };
  writeStamp("tarball", key, packed);
  return packed;
}

/**
 * Makes a project with varve installed: `type` is package.json's, `files` are texts by name, `apart` says that no package
 * but varve is to be found from there.
 */
export function project(name, { type = "module", files = {}, apart = false } = {}) {
  const dir = apart ? elsewhere(name) : inRoot("tests", "runtimes", ".projects", name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const write = (file, text) => {
    const path = join(dir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  write("package.json", `${JSON.stringify({ private: true, type })}\n`);
  run(npm, ["install", "--offline", "--no-audit", "--no-fund", tarball().path], { cwd: dir });
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    dir,
    write,
    path: (...parts) => join(dir, ...parts),
    run: (command, args, options) => run(command, args, { cwd: dir, ...options }),
    start: (command, args, options) => start(command, args, { cwd: dir, ...options }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A new folder outside of the repository. Its name is the real one, as Node shows it in errors. */
const elsewhere = (name) => realpathSync(mkdtempSync(join(tmpdir(), `varve-${name}-`)));
