// Runs a server for as long as whoever started this lives: its end closes standard input, however it
// came about. Then the server is stopped, and its folder removed. Anything on standard input before that
// stops it at once, without care for what it was doing, and starts it again.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const { command, args, options, folder } = JSON.parse(process.argv[2]);
let crashing = false;
let server = start();

function start() {
  const started = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "inherit"] });
  started.once("exit", (code) => {
    if (crashing) {
      crashing = false;
      server = start();
      return;
    }
    rmSync(folder, { recursive: true, force: true });
    process.exit(code ?? 1);
  });
  return started;
}

process.stdin.on("data", () => {
  crashing = true;
  server.kill("SIGQUIT");
});
process.stdin.once("end", () => server.kill("SIGINT"));
