// Brings a machine to where it can build and test: the pinned Rust toolchain, wasm-bindgen's tool,
// wasm-pack, the npm packages. Plain Node without packages. A second run finds its stamps and is
// done in milliseconds.
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  exists,
  fingerprint,
  inRoot,
  isCI,
  isLink,
  readText,
  root,
  toolsDir,
} from "./lib/project.mjs";
import { capture, fail, must, StepError, step, withPath } from "./lib/run.mjs";
import { clearStamp, readStamp, writeStamp } from "./lib/stamp.mjs";

const WASM_PACK = "0.15.1";
const exe = process.platform === "win32" ? ".exe" : "";
const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

/**
 * Sets up what is missing and returns the environment to run tools in.
 * `tests: true` adds what only tests need: the packages of tests/runtimes.
 */
export async function setup({ tests = false } = {}) {
  checkNode();
  const env = withPath(exists(cargoBin) ? [cargoBin] : []);
  const sysroot = await rustToolchain(env);
  const bindgen = await cargoTool(env, "wasm-bindgen-cli", "wasm-bindgen", wasmBindgenVersion());
  const pack = await cargoTool(env, "wasm-pack", "wasm-pack", WASM_PACK);
  await npmPackages(env, ".");
  if (tests && exists(inRoot("tests/runtimes/package.json")))
    await npmPackages(env, "tests/runtimes");
  return { env: withPath([bindgen, pack], env), sysroot, bindgen };
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 20) return;
  throw new StepError(`this is Node ${process.versions.node}; varve needs 20 or newer`, {
    hint: "install Node 20, 22 or 24, and run this again",
  });
}

/** The version that Cargo.toml pins; the command-line tool must be the very same. */
export function wasmBindgenVersion() {
  const pinned = /^wasm-bindgen = "=([\d.]+)"/m.exec(readText("Cargo.toml"))?.[1];
  if (pinned) return pinned;
  throw new StepError('Cargo.toml pins no wasm-bindgen, expected a line wasm-bindgen = "=x.y.z"');
}

async function rustToolchain(env) {
  const file = readText("rust-toolchain.toml");
  const key = fingerprint([], [file, process.env.RUSTUP_HOME ?? ""]);
  const target = "wasm32-unknown-unknown";
  const channel = /^channel = "(.+)"/m.exec(file)?.[1];
  const components = [
    ...(/^components = \[(.*)\]/m.exec(file)?.[1] ?? "").matchAll(/"([^"]+)"/g),
  ].map((m) => m[1]);
  const hasTarget = (sysroot) => exists(join(sysroot, "lib", "rustlib", target));
  const hasSources = (sysroot) =>
    exists(join(sysroot, "lib", "rustlib", "src", "rust", "library", "Cargo.lock"));
  const known = readStamp("rust", key);
  if (known && hasTarget(known) && hasSources(known)) return known;

  const ask = async (...command) => {
    const answer = await capture(command[0], command.slice(1), { env, cwd: root });
    return answer.code === 0 ? answer.stdout.trim() : "";
  };
  const complete = async () => {
    if (!(await ask("rustc", "--version")).startsWith(`rustc ${channel} `)) return undefined;
    const sysroot = await ask("rustc", "--print", "sysroot");
    const tools =
      (await ask("rustfmt", "--version")) && (await ask("cargo", "clippy", "--version"));
    return tools && hasTarget(sysroot) && hasSources(sysroot) ? sysroot : undefined;
  };
  await step("C linker", () => cLinker(env));
  return step(`Rust ${channel} with ${target}`, async (report) => {
    let sysroot = await complete();
    if (!sysroot && find(env, `rustup${exe}`)) {
      const wanted = components.flatMap((name) => ["--component", name]);
      await must(
        "rustup",
        ["toolchain", "install", channel, "--profile", "minimal", "--target", target, ...wanted],
        {
          env,
          cwd: root,
          onLine: report,
          hint: "is the network there? try: rustup toolchain install",
        },
      );
      sysroot = await complete();
    }
    if (!sysroot) {
      throw new StepError(`no Rust ${channel} with ${[target, ...components].join(", ")} found`, {
        hint: "install rustup, see https://rustup.rs, and run this again",
      });
    }
    writeStamp("rust", key, sysroot);
    return sysroot;
  });
}

/** rustc links through `cc`. A bare Debian has none. */
async function cLinker(env) {
  if (process.platform === "win32" || find(env, "cc")) return;
  const packages = ["gcc", "libc6-dev"];
  if (!(await aptInstall(env, packages))) {
    throw new StepError("no C linker (cc) found, Rust needs one", {
      hint: `on Debian or Ubuntu: sudo apt-get install ${packages.join(" ")}`,
    });
  }
}

/** Installs Debian packages where that is possible without asking: as root, with apt-get. */
export async function aptInstall(env, packages, report) {
  if (process.getuid?.() !== 0 || !find(env, "apt-get")) return false;
  const options = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, onLine: report };
  await must("apt-get", ["update"], options);
  await must("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
  return true;
}

/** The folder of a tool at exactly this version: on the PATH, in the cache, or built now. */
async function cargoTool(env, crate, binary, version) {
  const key = `${version} ${toolsDir}`;
  const has = (folder) => exists(join(folder, binary + exe));
  const known = readStamp(crate, key);
  if (known && has(known)) return known;

  const home = writable(toolsDir) ? toolsDir : inRoot(".setup", "tools");
  const prefix = join(home, `${crate}-${version}`);
  const isRight = async (folder) => {
    if (!has(folder)) return false;
    const told = await capture(join(folder, binary + exe), ["--version"], { env });
    return told.code === 0 && told.stdout.trim().split(/\s+/)[1] === version;
  };
  const found = find(env, binary + exe);
  for (const folder of [found && dirname(found), join(prefix, "bin")]) {
    if (!folder || !(await isRight(folder))) continue;
    writeStamp(crate, key, folder);
    return folder;
  }
  // Optimising them takes three times as long and makes them no faster where it matters.
  const quick = { ...env, CARGO_PROFILE_RELEASE_OPT_LEVEL: "0", CARGO_PROFILE_RELEASE_LTO: "off" };
  await step(`${crate} ${version} (built once, takes a minute or two)`, (report) =>
    must("cargo", ["install", crate, "--version", version, "--root", prefix, "--force"], {
      env: quick,
      cwd: root,
      onLine: report,
      hint: `is the network there? try: cargo install ${crate} --version ${version}`,
    }),
  );
  writeStamp(crate, key, join(prefix, "bin"));
  return join(prefix, "bin");
}

async function npmPackages(env, folder) {
  const lock = join(folder, "package-lock.json");
  const key = fingerprint([lock], [process.platform, process.arch]);
  const name = `npm-${folder === "." ? "root" : folder.replaceAll("/", "-")}`;
  const there = exists(inRoot(folder, "node_modules", ".package-lock.json"));
  if (there && readStamp(name, key)) return;
  clearStamp(name);
  const packages = inRoot(folder, "node_modules");
  if (isLink(packages)) {
    throw new StepError(
      `${packages} is a symbolic link; npm ci would empty the folder it leads to`,
      {
        hint: `take the link away, and run this again: rm ${packages}`,
      },
    );
  }
  // Runtimes come as binaries for each platform, not all of which every registry has: npm ci wants them all in the lock
  // file, npm install takes what is in it and looks for the others.
  const command = folder === "." ? ["ci"] : ["install", "--no-save"];
  await step(`npm packages${folder === "." ? "" : ` of ${folder}`}`, (report) =>
    must(
      process.platform === "win32" ? "npm.cmd" : "npm",
      [...command, "--no-audit", "--no-fund"],
      {
        env,
        cwd: inRoot(folder),
        onLine: report,
        hint: "is the network there? try: npm ci. If package.json and the lock file differ: npm install",
      },
    ),
  );
  writeStamp(name, key);
}

/**
 * A Chromium with its driver, for tests in a real browser: found, installed with apt-get as root,
 * or undefined. In CI a missing browser is an error, never a silent skip.
 */
export async function browser(env) {
  const look = () => {
    const driver = find(env, `chromedriver${exe}`);
    const binary = ["chromium", "chromium-browser", "google-chrome"]
      .map((name) => find(env, name))
      .find(Boolean);
    return driver && binary ? { driver, binary } : undefined;
  };
  const there = look();
  if (there) return there;
  const hint =
    "install Chromium and its driver; on Debian: sudo apt-get install chromium chromium-driver";
  try {
    await step("Chromium and its driver", async (report) => {
      if (!(await aptInstall(env, ["chromium", "chromium-driver"], report))) {
        throw new StepError("Chromium or chromedriver is missing", { hint });
      }
    });
  } catch (error) {
    if (isCI) throw error;
    process.stderr.write(`  no browser: its tests are left out. ${hint}\n`);
  }
  return look();
}

/**
 * pgbouncer, for tests of PostgreSQL behind a transaction pooler: found, or installed with apt-get as root. Where
 * that cannot be, the tests say themselves what they leave out; in CI it is an error.
 */
export async function pooler(env) {
  const folders = [env.PATH, "/usr/sbin", "/opt/homebrew/bin"]; // the same as in tests/js/storage/server/pgbouncer.ts
  if (find({ PATH: folders.join(delimiter) }, "pgbouncer")) return;
  const hint = "install pgbouncer; on Debian: sudo apt-get install pgbouncer";
  try {
    await step("pgbouncer", async (report) => {
      if (!(await aptInstall(env, ["pgbouncer"], report))) {
        throw new StepError("pgbouncer is missing", { hint });
      }
      // Debian starts what it installs, now and when the machine starts; tests start their own.
      if (find(env, "systemctl"))
        await capture("systemctl", ["disable", "--now", "pgbouncer"], { env });
    });
  } catch (error) {
    if (isCI) throw error;
    process.stderr.write(`  no pgbouncer: its tests are left out. ${hint}\n`);
  }
}

function find(env, name) {
  return env.PATH.split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(exists);
}

function writable(folder) {
  for (let path = folder; ; path = dirname(path)) {
    if (!exists(path)) continue;
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup({ tests: process.argv.includes("--tests") }).catch(fail);
}
