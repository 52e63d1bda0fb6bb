// The demo runs, on the conversation that ships and on any other, and says what is wrong with a bad file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const demo = fileURLToPath(new URL("../../examples/demo/main.mjs", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-demo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: string[], env: Record<string, string> = {}) {
  const options = {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "", ...env },
  } as const;
  return spawnSync(process.execPath, [demo, ...args], options);
}

function runOn(content: string) {
  const path = join(folder, "messages.json");
  writeFileSync(path, content);
  return run([path]);
}

test("shows every step of the story", () => {
  const { stdout, stderr, status } = run([]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  for (const step of [
    "committed one by one",
    "budget:",
    "An edit",
    "A branch explored, and left",
    "A tag",
    "what did the model see at turn 20?",
    "A window of 2,000 tokens",
    "An undo",
    "The final compile",
    "exactly what came in",
    "The context keeps itself in shape",
    "auto-compress proposes",
    "Nothing has happened yet.",
    "Approved:",
    "is pinned, and reads as it did",
    "every message the same as before",
    "0 open proposals",
  ]) {
    expect(stdout).toContain(step);
  }
  expect(stdout).not.toContain("\u001b");
});

test("runs by itself with --auto", () => {
  const { stdout, stderr, status } = run(["--auto"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain("auto-compress: executed");
  const used = [...stdout.matchAll(/^ +\d+ {2}.* ([\d,]+)$/gm)].map(([, tokens]) =>
    Number(tokens?.replaceAll(",", "")),
  );
  expect(used).toHaveLength(120);
  expect(Math.max(...used)).toBeLessThanOrEqual(8000);
  expect(stdout).toMatch(/1 compression; the model sees \d+ messages, /);
});

test("is coloured where colour is wanted", () => {
  expect(run([], { NO_COLOR: "", FORCE_COLOR: "1" }).stdout).toContain("\u001b[");
});

describe("takes other conversations", () => {
  test.each<[string, unknown]>([
    ["a single message", [{ role: "user", content: "hi" }]],
    [
      "an object with messages",
      {
        messages: [
          { role: "user", content: "hi" },
          { role: "assistant", content: "ho" },
        ],
      },
    ],
    [
      "no text at all",
      [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }],
    ],
    [
      "a result without a call",
      [
        { role: "tool", tool_call_id: "a", content: "x" },
        { role: "user", content: "?" },
      ],
    ],
    [
      "a call without a result",
      [
        { role: "user", content: "?" },
        {
          role: "assistant",
          tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{" } }],
        },
      ],
    ],
  ])("with %s", (_, messages) => {
    const { stdout, stderr, status } = runOn(JSON.stringify(messages));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("The final compile");
  });
});

describe("says what is wrong with a file that", () => {
  test.each<[string, string, RegExp]>([
    ["is not JSON", '{"a":', /messages\.json: is not JSON/],
    ["holds no messages", "{}", /expected an array of messages/],
    ["is empty", "[]", /there are no messages/],
    [
      "has a message that is none",
      '[{"role":"user","content":"x"},5]',
      /messages\[1\]: .* at \/1,/,
    ],
    [
      "has a call without arguments",
      '[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f"}}]}]',
      /messages\[0\]: .*\/0\/tool_calls\/0\/function\/arguments/,
    ],
    [
      "has half a character",
      '[{"role":"user","content":"ok"},{"role":"user","content":"\\ud800"}]',
      /messages\[1\]: .*surrogate/,
    ],
  ])("%s", (_, content, expected) => {
    const { stderr, status } = runOn(content);
    expect(stderr).toMatch(expected);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(status).toBe(1);
  });

  test("is not there", () => {
    const { stderr, status } = run([join(folder, "nope.json")]);
    expect(stderr).toMatch(/nope\.json: cannot be read \(ENOENT\)/);
    expect(status).toBe(1);
  });
});
