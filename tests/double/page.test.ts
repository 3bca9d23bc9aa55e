// What a person sees on the pull request page, read from its HTML; in a real browser too where one is installed.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badgeDataUrl } from "../../double/page/badge.ts";
import { renderMarkdown } from "../../double/page/render-markdown.ts";
import { servePage } from "../../double/page/serve-page.ts";
import { createPageWorld, type PageWorld } from "./page-world.ts";

const folder = mkdtempSync(join(tmpdir(), "rondo-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
const newWorld = (parts: Parameters<typeof createPageWorld>[1] = {}) =>
  createPageWorld(join(folder, String(made++)), parts);
const pageOf = async ({ world }: PageWorld, path = "/ada/shop/pull/6") => {
  const page = await servePage(world, path);
  return page?.body.toString("utf8") ?? "";
};
/** Text as a reader gets it, one space between words. */
const textOf = (page: string) =>
  page
    .replace(/<(?:style|script)[\s\S]*?<\/(?:style|script)>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("the pull request page", () => {
  let given: PageWorld;
  let page: string;
  let text: string;
  beforeAll(async () => {
    given = await newWorld();
    page = await pageOf(given);
    text = textOf(page);
  });

  test("says at the top what it is and whether it may merge", () => {
    expect(text).toContain("Read rows by query #6");
    expect(text).toContain("Open ada wants to merge into main from query at");
    expect(text).toContain("Merging is blocked Rondo: 1 blocking finding open 1 of 2 conversations open · 2 pushes");
    expect(page).toContain(given.pull.headSha.slice(0, 7));
  });

  test("tells the story in order", () => {
    const story = [
      "Loads rows with one query",
      "pushed 1 commit",
      "Read rows by query",
      "added the label needs review",
      "This comment was marked as outdated.",
      "Round 1 -- KICKOFF",
      "The query is built from user input",
      "Resolved",
      "Fixed by binding it.",
      "ada marked this conversation as resolved.",
      "Bind the id as a parameter",
      "Round 2 -- KICKOFF",
      "Round 2 -- RESULT",
      "RD-2: check the value before it is stored",
      "dispute RD-2",
      "REQUEST_CHANGES",
      "1 annotation",
      "Files changed",
    ];
    let from = text.indexOf("commented");
    for (const words of story) {
      const found = text.indexOf(words, from);
      expect(found, `"${words}" after the entry before it`).toBeGreaterThanOrEqual(from);
      from = found;
    }
  });

  test("folds what is settled and leaves open what is not", () => {
    expect(page).toMatch(/<details class="thread" id="thread-70" >\s*<summary>/);
    expect(page).toMatch(/<details class="thread" id="thread-71" open>\s*<summary>/);
    expect(page).toMatch(/<details class="minimized">\s*<summary>This comment was marked as outdated/);
  });

  test("shows a reply in its thread and not as a review of its own", () => {
    expect(page).not.toContain('id="pullrequestreview-62"');
    expect(page).toContain('id="discussion_r81"');
  });

  test("keeps the addresses that REST gives out", async () => {
    for (const id of ["issuecomment-54", "discussion_r82", "pullrequestreview-61", "check-run-30"])
      expect(page).toContain(`id="${id}"`);
    const run = await servePage(given.world, "/ada/shop/runs/30");
    expect(run).toMatchObject({ status: 302, headers: { location: "/ada/shop/pull/6#check-run-30" } });
    expect(await servePage(given.world, "/ADA/Shop/pull/6/files?w=1")).toMatchObject({ status: 200 });
    expect(await servePage(given.world, "/ada/shop/pull/7")).toBeUndefined();
    expect(await servePage(given.world, "/ada/other/pull/6")).toBeUndefined();
    expect(textOf(await pageOf(given, "/"))).toMatch(/ada\/shop .*Read rows by query #6 opened 2026-01-05 by ada Open/);
    expect(textOf(await pageOf(given, "/ada/shop/pulls"))).toContain("Read rows by query");
  });

  test("shows the diff with line numbers, and annotations and threads under their line", () => {
    const files = page.slice(page.indexOf('id="files"'));
    const line = files.indexOf('<td class="n">7</td><td class="code">+  db.put(id, value);');
    const next = files.indexOf('<td class="n">8</td>');
    expect(line).toBeGreaterThan(0);
    for (const words of ["RD-2 Check the value before it is stored", 'href="#discussion_r82"']) {
      expect(files.indexOf(words)).toBeGreaterThan(line);
      expect(files.indexOf(words)).toBeLessThan(next);
    }
    expect(files).toContain('<td class="n">2</td><td class="n"></td><td class="code">-  const row = db.get(id);');
  });

  test("the same state gives the same bytes, and nothing is loaded from elsewhere", async () => {
    expect(await pageOf(given)).toBe(page);
    expect(page.match(/(?:src|href)="(?!#|\/|data:)[^"]*"/g)).toBeNull();
  });
});

const answer = async (change: (given: PageWorld) => void) => {
  const given = await newWorld();
  change(given);
  return textOf(await pageOf(given));
};

describe("the merge answer", () => {
  test.each<[string, (given: PageWorld) => void, string]>([
    [
      "success",
      ({ run }) => Object.assign(run, { conclusion: "success", output: { ...run.output, title: "READY at round 2" } }),
      "Ready to merge Rondo: READY at round 2",
    ],
    [
      "running",
      ({ run }) => Object.assign(run, { status: "in_progress", conclusion: null }),
      "Waiting for the check Rondo",
    ],
    ["action required", ({ run }) => Object.assign(run, { conclusion: "action_required" }), "Merging is blocked Rondo"],
    ["cancelled", ({ run }) => Object.assign(run, { conclusion: "cancelled" }), "Merging is blocked Rondo"],
    ["neutral passes a required check", ({ run }) => Object.assign(run, { conclusion: "neutral" }), "Ready to merge"],
    [
      "a check of another commit does not count",
      ({ run }) => Object.assign(run, { headSha: "0".repeat(40) }),
      "Waiting for the check No check has reported",
    ],
    ["draft", ({ pull }) => Object.assign(pull, { isDraft: true }), "Draft A person must mark it"],
    ["closed", ({ pull }) => Object.assign(pull, { state: "closed" }), "Closed This pull request was closed"],
  ])("%s", async (_, change, expected) => {
    expect(await answer(change)).toContain(expected);
  });

  test("a force-push is told as one", async () => {
    const text = await answer(({ world }) => {
      const moved = world.happenings.find(({ happening }) => happening.action === "synchronize");
      const { before, after } = moved?.happening.payload ?? {};
      Object.assign(moved?.happening.payload ?? {}, { before: after, after: before });
    });
    expect(text).toMatch(/force-pushed the branch from [\da-f]{7} to [\da-f]{7}/);
  });
});

describe("Markdown", () => {
  test("keeps what GitHub keeps", () => {
    const shown = renderMarkdown(
      "> [!IMPORTANT]\n> ## Review skipped\n\na\nb\n\n- [x] done\n\n| a |\n|:--|\n| 1 |\n\n<details><summary>more</summary>\n\n**x**\n\n</details>\n\n<sub>s</sub> @rondo `@codex`\n\n```ts\nlet a;\n```\n<!-- secret words -->",
    );
    for (const part of [
      'class="markdown-alert markdown-alert-important"',
      "<h2>Review skipped</h2>",
      "a<br>\nb",
      '<input type="checkbox" checked disabled>',
      '<td align="left">1</td>',
      "<summary>more</summary>",
      "<strong>x</strong>",
      "<sub>s</sub>",
      '<span class="mention">@rondo</span>',
      "<code>@codex</code>",
      '<code class="language-ts">let a;',
    ])
      expect(shown).toContain(part);
    expect(shown).not.toContain("secret words");
  });

  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '<a href="javascript:alert(1)">x</a>',
    '<div style="position:fixed" onclick="alert(1)">x</div>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<form action="https://example.com"><button formaction="javascript:alert(1)">x</button></form>',
    "![x](https://evil.example/track.png)",
    "![x](https://img.shields.io/badge/%3Cscript%3Ealert(1)%3C%2Fscript%3E-red)",
    '<math><mtext><style><img src=x onerror="alert(1)">',
  ])("takes the danger out of %s", (source) => {
    const shown = renderMarkdown(source);
    expect(shown).not.toMatch(
      /<(?:script|iframe|form|svg|style)|<[^>]*(?:\son\w+=|="javascript:|style=|src="(?!data:image\/svg))/i,
    );
  });

  test("draws shields.io badges itself", () => {
    const drawn = decodeURIComponent(badgeDataUrl("https://img.shields.io/badge/P1-orange?style=flat") ?? "");
    expect(drawn).toMatch(/^data:image\/svg\+xml,<svg .*fill="#e16f24".*>P1<\/text>/);
    expect(badgeDataUrl("https://example.com/badge/P1-orange")).toBeUndefined();
    expect(decodeURIComponent(badgeDataUrl("https://img.shields.io/badge/%3Cb%3E-%22onload") ?? "")).not.toContain(
      "<b>",
    );
  });
});

test("text from people is text: titles, labels, checks and code cannot become markup", async () => {
  const given = await newWorld({ title: '<img src=x onerror="alert(1)">', comment: "<script>alert(2)</script>" });
  given.run.output.title = "</title><script>alert(3)</script>";
  given.pull.headRef = '"><script>alert(4)</script>';
  const page = await pageOf(given);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/<img src=x/);
  expect(page).toContain("&#60;img src=x onerror=&#34;alert(1)&#34;&#62;");
});

const BROWSER = "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
if (!existsSync(BROWSER))
  process.stderr.write(`SKIPPED: no browser at ${BROWSER}, the page was not looked at in one\n`);

test.skipIf(!existsSync(BROWSER))("in a browser it fits wide and narrow screens and follows what happens", async () => {
  const given = await newWorld();
  const server = createServer((request, response) => {
    void servePage(given.world, request.url ?? "/").then((page) =>
      response.writeHead(page?.status ?? 404, page?.headers).end(page?.body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
  try {
    const complaints: string[] = [];
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    tab.on("console", (message) => complaints.push(message.text()));
    await tab.goto(`http://127.0.0.1:${port}/ada/shop/pull/6`);
    expect(await tab.locator(".strip b").innerText()).toBe("Merging is blocked");
    for (const width of [1280, 390]) {
      await tab.setViewportSize({ width, height: 900 });
      expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
    await tab.locator("#thread-70 > summary").click();
    Object.assign(given.run, { conclusion: "success" });
    await tab.getByText("Ready to merge").first().waitFor({ timeout: 10_000 });
    expect(await tab.locator("#thread-70").getAttribute("open")).not.toBeNull();
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
});
