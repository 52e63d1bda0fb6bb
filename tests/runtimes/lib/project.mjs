// Projects of strangers: folders with a package.json of their own, in which `varve` is installed from the packed
// tarball. They lie below tests/runtimes, where its bundlers and frameworks are found.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { node24 } from "../../../js/scripts/lib/node24.mjs";
import { inRoot, root } from "../../../js/scripts/lib/project.mjs";

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

let packed;

/** The tarball that would be published: `path`, and `files` with their `path` in it. Packed once a process. */
export function tarball() {
  if (packed) return packed;
  const folder = mkdtempSync(join(tmpdir(), "varve-tarball-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [made] = JSON.parse(run(npm, ["pack", "--json", "--pack-destination", folder]));
  packed = { ...made, path: join(folder, made.filename) };
  return packed;
}

/** Makes a project with varve installed: `type` is package.json's, `files` are texts by name. */
export function project(name, { type = "module", files = {} } = {}) {
  const dir = inRoot("tests", "runtimes", ".projects", name);
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
