// All providers' stand-ins behind one server on this machine: each request is checked by its provider's
// published rules, refused as the provider refuses, and answered with what was scripted.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { checkMessages, streamMessages, wholeMessages } from "./anthropic.js";
import { checkContents, streamContents, wholeContents } from "./google.js";
import { checkChat, streamChat, wholeChat } from "./openai-chat.js";
import {
  checkResponsesInput,
  ResponsesMemory,
  streamResponses,
  wholeResponses,
} from "./openai-responses.js";
import { Refusal, type Scripted, type Wire } from "./script.js";

/** A provider's API. */
export type Api = "openai-chat" | "openai-responses" | "anthropic" | "google";

/** A request that a stand-in answered, or refused. */
export interface Seen {
  readonly api: Api;
  readonly body: Wire;
  /** Why it was refused. */
  readonly refused?: string;
}

interface Route {
  readonly api: Api;
  check(body: Wire, model: string): void;
  stream(body: Wire, answer: Scripted, number: number, model: string): Generator<Wire>;
  /** The answer to a request that wants no stream. */
  whole(body: Wire, answer: Scripted, number: number, model: string): Wire;
  error(message: string): object;
}

const openAIError = (message: string) => ({
  error: { message, type: "invalid_request_error", param: null, code: null },
});

function routesOf(memory: ResponsesMemory): readonly (readonly [RegExp, Route])[] {
  return [
    [
      /\/chat\/completions$/,
      {
        api: "openai-chat",
        check: checkChat,
        stream: streamChat,
        whole: wholeChat,
        error: openAIError,
      },
    ],
    [
      /\/responses$/,
      {
        api: "openai-responses",
        check: (body) => checkResponsesInput(body, memory),
        stream: (body, answer, number) => streamResponses(body, answer, number, memory),
        whole: (body, answer, number) => wholeResponses(body, answer, number, memory),
        error: openAIError,
      },
    ],
    [
      /\/messages$/,
      {
        api: "anthropic",
        check: checkMessages,
        stream: streamMessages,
        whole: wholeMessages,
        error: (message) => ({ type: "error", error: { type: "invalid_request_error", message } }),
      },
    ],
    [
      /\/models\/([^/:]+):(?:streamG|g)enerateContent$/,
      {
        api: "google",
        check: checkContents,
        stream: streamContents,
        whole: wholeContents,
        error: (message) => ({ error: { code: 400, message, status: "INVALID_ARGUMENT" } }),
      },
    ],
  ];
}

/** The stand-ins. */
export class FakeProviders {
  /** What came in, in order. */
  readonly seen: Seen[] = [];
  /** Called when a stream stands still: nothing more will come. */
  onStall: () => void = () => {};
  readonly #script: Scripted[] = [];
  readonly #routes = routesOf(new ResponsesMemory());
  readonly #stalled = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => this.#answer(request.url ?? "", Buffer.concat(chunks), response));
  });

  /** Starts the server. */
  static async start(): Promise<FakeProviders> {
    const fake = new FakeProviders();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The requests that were refused. */
  get refused(): Seen[] {
    return this.seen.filter(({ refused }) => refused !== undefined);
  }

  /** Adds answers to those that wait to be asked for. */
  script(...answers: readonly Scripted[]): void {
    this.#script.push(...answers);
  }

  /** Lets the process end while this is there. */
  unref(): void {
    this.#server.unref();
  }

  /** Ends the server, and streams that stand still. */
  async close(): Promise<void> {
    for (const response of this.#stalled) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, bytes: Buffer, response: ServerResponse): void {
    const path = url.replace(/\?.*/, "");
    const [pattern, route] = this.#routes.find(([each]) => each.test(path)) ?? [];
    if (route === undefined) return void response.writeHead(404).end();
    const body = JSON.parse(bytes.toString()) as Wire;
    const model = decodeURIComponent(pattern?.exec(path)?.[1] ?? body.model);
    const json = { "content-type": "application/json" };
    try {
      route.check(body, model);
    } catch (error) {
      const refused = error instanceof Refusal ? error.message : `the stand-in failed: ${error}`;
      this.seen.push({ api: route.api, body, refused });
      return void response.writeHead(400, json).end(JSON.stringify(route.error(refused)));
    }
    const number = this.seen.push({ api: route.api, body });
    const answer = this.#script.shift();
    if (answer === undefined) {
      return void response
        .writeHead(500, json)
        .end(JSON.stringify(route.error("nothing is scripted")));
    }
    if (body.stream !== true && !path.endsWith(":streamGenerateContent")) {
      const whole = route.whole(body, answer, number, model);
      return void response.writeHead(200, json).end(JSON.stringify(whole));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const events = [...route.stream(body, answer, number, model)];
    const given =
      answer.stallAt === undefined
        ? events
        : events.slice(0, Math.ceil(events.length * answer.stallAt));
    for (const event of given) {
      const type =
        route.api === "anthropic" || route.api === "openai-responses"
          ? `event: ${event.type}\n`
          : "";
      response.write(
        `${type}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`,
      );
    }
    if (answer.stallAt === undefined) response.end();
    else {
      response.flushHeaders();
      this.#stalled.add(response);
      this.onStall();
    }
  }
}
