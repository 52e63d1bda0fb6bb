// A server of a stranger's project, as a process of its own: started, asked over HTTP, ended.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts it with PORT and HOSTNAME set, and waits until it says `ready`. `output()` is what it printed; `json(path)`
 * asks with GET, or with POST where a body is given, and throws all of that where the answer is no JSON.
 */
export async function serve(command, args, { env = process.env, ready, ...options }) {
  const port = await freePort();
  const child = spawn(command, args, {
    ...options,
    env: { ...env, PORT: String(port), HOSTNAME: "127.0.0.1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise((resolve) => child.once("close", resolve));
  await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      output += chunk;
      if (ready.test(output)) resolve();
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.once("error", reject);
    ended.then((code) => reject(new Error(`the server ended with ${code}\n${output}`)));
  });
  const origin = `http://127.0.0.1:${port}`;
  const text = async (path, body) => {
    const headers = { "content-type": "application/json" };
    const init = body && { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(origin + path, init);
    return { status: response.status, text: await response.text() };
  };
  return {
    origin,
    output: () => output,
    text,
    async json(path, body) {
      const answer = await text(path, body);
      try {
        return { status: answer.status, json: JSON.parse(answer.text) };
      } catch {
        throw new Error(`${path} answered ${answer.status}: ${answer.text}\n${output}`);
      }
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}
