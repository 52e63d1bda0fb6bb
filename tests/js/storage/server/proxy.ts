// A proxy between a driver and a server that counts round trips: how often the client sends after the
// server has.
import { createServer, connect as dial, type Socket } from "node:net";

/** A proxy that runs. */
export interface WireProxy {
  readonly port: number;
  /** Since the last call. */
  roundTrips(): number;
  /** Cuts the connection that sends or gets bytes next, and keeps them. */
  cutOn(side: "request" | "answer"): void;
  stop(): Promise<void>;
}

/** Starts a proxy in front of a port of 127.0.0.1. */
export function startProxy(target: number): Promise<WireProxy> {
  let roundTrips = 0;
  let cut: "request" | "answer" | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = dial(target, "127.0.0.1");
    let lastFrom: "client" | "server" = "server";
    const destroy = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("error", destroy);
      socket.on("close", () => {
        sockets.delete(socket);
        destroy();
      });
    }
    client.on("data", (bytes) => {
      if (cut === "request") {
        cut = undefined;
        return destroy();
      }
      if (lastFrom === "server") roundTrips++;
      lastFrom = "client";
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (cut === "answer") {
        cut = undefined;
        return destroy();
      }
      lastFrom = "server";
      client.write(bytes);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" ? (address?.port ?? 0) : 0,
        roundTrips() {
          const counted = roundTrips;
          roundTrips = 0;
          return counted;
        },
        cutOn(side) {
          cut = side;
        },
        stop: () =>
          new Promise((ended) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => ended());
          }),
      });
    });
  });
}
