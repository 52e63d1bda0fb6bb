// The examples run, offline, against stand-ins that refuse what the providers refuse.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

test.each(["openai-chat", "openai-responses", "anthropic", "google", "ai-sdk"])(
  "examples/%s.mjs calls its tools, is interrupted, and goes on",
  { timeout: 60_000 },
  async (name) => {
    const { stdout } = await run(process.execPath, [`examples/${name}.mjs`, "--fake"], {
      cwd: root,
    });
    expect(stdout).toContain('get_order({"id":4711}) = {"id":4711,"state":"lost"}');
    expect(stdout).toContain('get_order({"id":4712}) = {"id":4712,"state":"shipped"}');
    expect(stdout).toContain("4711 is lost, 4712 is on its way.");
    expect(stdout).toMatch(/I will refund it.*… \(interrupted\)/);
    expect(stdout).toMatch(
      /> Well\?\nThe refund of 4711 is under way\..*\n\n10 commits, \d+ tokens\n$/,
    );
  },
);

test("without a key an example says what to do", async () => {
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const failed = run(process.execPath, ["examples/openai-chat.mjs"], { cwd: root, env });
  await expect(failed).rejects.toMatchObject({
    stderr: expect.stringContaining("set OPENAI_API_KEY, or give --fake to run offline"),
  });
});
