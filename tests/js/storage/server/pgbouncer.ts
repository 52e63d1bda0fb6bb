// A transaction pooler for tests: Debian's pgbouncer, where it is installed.
import { chmodSync, chownSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, supervised, unprivileged } from "./postgres.js";

const command = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"].find(
  (path) => existsSync(path),
);

/** Why there can be none here, or undefined. */
export const noPooler: string | undefined =
  command === undefined ? "pgbouncer is not installed" : undefined;

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
