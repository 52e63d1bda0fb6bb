// Serves a folder on this machine, and nothing else.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, posix } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Listens on this port of localhost, or the next one that is free; 0 is any. Returns the server and its address. */
export async function serve(folder, port) {
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
      if (posix.normalize(path) !== path || path.includes("\\")) throw new Error("not served");
      const file = path.endsWith("/") ? `${path}index.html` : path;
      const body = await readFile(join(folder, file));
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      });
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    }
  });
  const taken = await listen(server, port);
  return { server, address: `http://localhost:${taken}/` };
}

async function listen(server, port) {
  for (let at = port; at < port + 100; at++) {
    try {
      await new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(at, "127.0.0.1", () => {
          server.removeListener("error", reject);
          resolve();
        });
      });
      return server.address().port;
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
  throw new Error(`no port from ${port} to ${port + 99} is free`);
}
