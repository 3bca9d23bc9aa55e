// An operator's first ten minutes, with the real process, a real browser and the GitHub double: the link on the terminal,
// GitHub's form, the settings, and the start with them. The double and Rondo go by different host names, as in life.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { startSample, type Sample } from "../double/sample.ts";
import { startRondo, type RondoProcess } from "../support/processes.ts";

const BROWSER = "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];
if (!existsSync(BROWSER)) process.stderr.write(`SKIPPED: no browser at ${BROWSER}, the set-up was not tried in one\n`);

const folder = mkdtempSync(join(tmpdir(), "rondo-first-start-"));
const running: RondoProcess[] = [];
let sample: Sample;
let browser: Browser;
beforeAll(async () => {
  sample = await startSample();
  browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
});
afterAll(async () => {
  for (const one of running) if (one.child.exitCode === null) await one.end();
  await browser?.close();
  await sample.double.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((wake) => server.once("listening", wake));
  const address = server.address();
  await new Promise((wake) => server.close(wake));
  return String(typeof address === "object" ? address?.port : 0);
}

function start(args: readonly string[], env: Record<string, string>): RondoProcess {
  const { apiUrl, url } = sample.double;
  const started = startRondo(["serve", ...args], { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: url, ...env });
  running.push(started);
  return started;
}

async function linkOf(started: RondoProcess): Promise<string> {
  await started.url();
  await started.waitFor((line) => line.msg?.startsWith("No GitHub App") === true);
  const link = /^ {2}(http:\S+\?token=\S+)$/m.exec(started.stderr())?.[1] ?? "";
  return link.replace("127.0.0.1", "localhost");
}

/** Nothing sticks out, in a wide and in a narrow window. */
async function expectItFits(tab: Page): Promise<void> {
  for (const width of [1280, 390]) {
    await tab.setViewportSize({ width, height: 900 });
    expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
  }
}

function definedOnly(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

test.skipIf(!existsSync(BROWSER))(
  "from the link on the terminal to a running App",
  async () => {
    const port = await freePort();
    const first = start([], { PORT: port, RONDO_DATA_DIR: join(folder, "data") });
    const link = await linkOf(first);
    const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true });
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));

    await tab.goto(link);
    expect(new URL(tab.url()).search).toBe("");
    await tab.getByRole("button", { name: "Continue" }).click();
    expect(await tab.locator(".problem").allInnerTexts()).toEqual(["GitHub needs an address to send webhooks to."]);
    await expectItFits(tab);
    await tab.getByLabel("Public address").fill(`http://127.0.0.1:${port}/`);
    await tab.getByLabel("Name of the App").fill("Rondo");
    await tab.getByRole("button", { name: "Continue" }).click();
    await tab.getByRole("button", { name: /^Create the App/ }).click();
    // The double has an App named Rondo already.
    await tab.getByRole("button", { name: "Create GitHub App" }).click();
    expect(await tab.getByRole("alert").innerText()).toBe("Name is already taken");
    await tab.getByLabel("GitHub App name").fill("Rondo Acme");
    await tab.getByRole("button", { name: "Create GitHub App" }).click();
    await tab.getByRole("heading", { name: "Keep these settings" }).waitFor();
    expect(new URL(tab.url())).toMatchObject({ host: `localhost:${port}`, pathname: "/setup/settings", search: "" });

    const [download] = await Promise.all([
      tab.waitForEvent("download"),
      tab.getByRole("link", { name: "Download rondo.env" }).click(),
    ]);
    const settings = parseEnv(readFileSync(await download.path(), "utf8"));
    expect(settings["APP_ID"]).toBe(String(sample.double.state.app.id));
    const shown = await tab.locator("pre.secret").innerText();
    for (const value of Object.values(settings)) expect(shown).toContain(value);
    // One of them is the refused answer above; anything else would be the page's own policy refusing the page.
    expect(complaints.filter((text) => !text.includes("status of 422"))).toEqual([]);

    const { code } = await first.end("SIGINT");
    expect(code).toBe(0);
    const secrets = [new URL(link).searchParams.get("token"), settings["WEBHOOK_SECRET"], settings["PRIVATE_KEY"]];
    for (const secret of secrets) expect(first.stdout()).not.toContain(secret);
    expect(existsSync(join(folder, "data"))).toBe(false);
    expect(readdirSync(first.cwd)).toEqual([]);

    const second = start([], { PORT: port, RONDO_DATA_DIR: join(folder, "data"), ...definedOnly(settings) });
    const address = await second.url();
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    await tab.goto(`${sample.double.url}/apps/rondo-acme/installations/new`);
    await tab.getByRole("button", { name: "Install on olga" }).click();
    await sample.double.deliveries.settled();
    expect(sample.double.deliveries.records.map(({ event, statusCode }) => [event, statusCode])).toEqual([
      ["installation", 202],
    ]);
    expect(judgeJournal(sample.double.journal)).toEqual([]);
    await context.close();
  },
  120_000,
);
