// Takes the pictures of the documentation from the real thing: `rondo demo` runs, and Chromium looks at its pages.
// A picture made by hand would show what somebody remembered; this one shows what the version in hand does.
//
//   npm run -s build && node scripts/screenshots.mjs [FOLDER]     default folder: docs/images
//
// Needs Chromium (CHROMIUM names it; default /usr/bin/chromium) and a Redis server, as the demo does.
import { spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(root, "docs", "images");
const WIDTH = 1280;
const LARGEST_BYTES = 200_000;
const MARGIN = 24;
const TALLEST = 1688;
const STORY_MS = 120_000;

/** From the top of the pull request's page down to the last `downTo`; `unfold` is opened first. */
const pictures = [
  { name: "pull-request.png", unfold: ".threads > details:nth-child(4)", downTo: ".timeline > article ul" },
];

mkdirSync(folder, { recursive: true });
const demo = spawn(process.execPath, [join(root, "dist", "src", "cli", "main.js"), "demo"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const demoEnded = new Promise((resolve) => demo.once("exit", resolve));
try {
  const url = await storyEnd(demo);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 800 }, colorScheme: "light" });
    for (const { name, unfold, downTo } of pictures) {
      await page.goto(url);
      await page.locator(unfold).first().locator("summary").first().click();
      // From the top of the page: the click may have scrolled.
      const end = await page
        .locator(downTo)
        .last()
        .evaluate((element) => element.getBoundingClientRect().bottom + scrollY);
      const height = Math.min(Math.ceil(end + MARGIN), TALLEST);
      const path = join(folder, name);
      await page.screenshot({ path, clip: { x: 0, y: 0, width: WIDTH, height }, fullPage: true });
      const { size } = statSync(path);
      console.log(`${path}: ${WIDTH} × ${height}, ${Math.round(size / 1000)} KB`);
      if (size > LARGEST_BYTES)
        throw new Error(`${name} has ${size} bytes; a page should load ${LARGEST_BYTES} at most.`);
    }
  } finally {
    await browser.close();
  }
} finally {
  demo.kill("SIGINT");
  await demoEnded;
}

/** Resolves to the pull request's address once the demo has told its story and waits. */
function storyEnd(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The demo did not end its story in time.")), STORY_MS);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = /^Open (?<url>http:\S+) in a browser/.exec(line)?.groups?.url;
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once("exit", (code) => reject(new Error(`The demo ended early, with exit code ${code}.`)));
  });
}
