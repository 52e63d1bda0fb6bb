// Runs a server for as long as whoever started this lives: its end closes standard input, however it
// came about. Then the server is stopped, and its folder removed.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const { command, args, options, folder } = JSON.parse(process.argv[2]);
const server = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "inherit"] });
server.once("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdin.resume().once("end", () => server.kill("SIGINT"));
