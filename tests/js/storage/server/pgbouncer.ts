// A transaction pooler for tests: pgbouncer, which `npm test` installs where it can.
import { chmodSync, chownSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort, supervised, unprivileged } from "./postgres.js";

const command = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/opt/homebrew/bin"]
  .filter(Boolean)
  .map((folder) => join(folder, "pgbouncer"))
  .find((path) => existsSync(path));

/** Why there can be none here, or undefined. In CI that is an error. */
export const noPooler: string | undefined = findMissing();

function findMissing(): string | undefined {
  if (command !== undefined) return undefined;
  const reason = "pgbouncer is not installed";
  if (process.env.CI) throw new Error(reason);
  return reason;
}

/** Starts a pooler with two connections a role to a server; every transaction gets one of them. */
export async function startPgBouncer(
  target: number,
  roles: readonly string[] = ["postgres"],
): Promise<{ port: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "varve-pgbouncer-"));
  const owner = unprivileged();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  chmodSync(folder, 0o755);
  const port = await freePort();
  const settings = join(folder, "pgbouncer.ini");
  const users = join(folder, "users.txt");
  writeFileSync(users, roles.map((role) => `"${role}" ""\n`).join(""));
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
`,
  );
  const options = { cwd: folder, ...owner };
  const { stop } = await supervised(
    { command: command ?? "", args: [settings], options, folder },
    "process up",
  );
  return { port, stop };
}
