// The pictures of the README: the page after a question and its answer, when the policy asks to compress. Light and
// dark, at twice the density.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { withPalette } from "./png.mjs";
import { serve } from "./server.mjs";

const SIZE = { width: 1280, height: 800 };

/** Takes them, and returns the files. */
export async function screenshots(site, folder) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  mkdirSync(folder, { recursive: true });
  const { server, address } = await serve(site, 0);
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const files = [];
  try {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({
        viewport: SIZE,
        deviceScaleFactor: 2,
        colorScheme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      await page.goto(address);
      await page.locator(".suggestion").click();
      await page.locator("[data-proposal=policy]").waitFor();
      await page.evaluate(() => document.activeElement?.blur());
      await page.mouse.move(0, 0);
      const path = join(folder, `page-${colorScheme}.png`);
      writeFileSync(path, withPalette(await page.screenshot({ animations: "disabled" })));
      files.push(path);
      await context.close();
    }
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
  return files;
}
