// Takes a picture of the pull request's page for every way a round can end, as a person sees it: findings, clean, UNKNOWN,
// ERROR, superseded, READY revoked, budget, skipped draft; both transcripts, a wide and a narrow window.
// Who changes a text looks at them: in five seconds a reader must know what was reviewed, what blocks, what changed and
// what to do.
//
//   npm run -s build && node scripts/screenshot-states.mjs [FOLDER] [NAME…]     default folder: a new one, printed
//
// Names pick states, e.g. `clean budget`. Needs Chromium (CHROMIUM names it; default /usr/bin/chromium) and Redis.
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { fromDist, print, startStage, until } from "../bench/stage.mjs";

const { BASE_FILES, CHANGE_FILES, FIX_FILES } = await fromDist("src/cli/demo/sample.js");
const WIDTHS = [1280, 390];
/** Pixels of a picture from its top: what a reader sees in the first seconds, and a little more. */
const LONGEST = 2600;
const CONFIG = ".github/rondo.yml";
const scripted = { argv: [process.execPath, resolve("tests/fixtures/scripted-reviewer.mjs")], timeout_seconds: 60 };

/** Each plays its story and leaves the pull request as it should be seen. */
const states = {
  findings: async (play) => play.settled(await play.open(CHANGE_FILES), "OWNER_ACTION"),
  clean: async (play) => play.settled(await play.open({ ...CHANGE_FILES, ...FIX_FILES }), "READY"),
  unknown: async (play) => play.settled(await play.open({ "src/a.ts": "// DO: garbage\n" }), "OWNER_ACTION"),
  error: async (play) => play.settled(await play.open({ "src/a.ts": "// DO: crash\n" }), "OWNER_ACTION"),
  superseded: async (play) => {
    const pull = await play.open({ "src/a.ts": "// DO: hang\n" });
    await play.settled(pull, "KICKOFF", 1, false);
    await play.push(pull, { "src/a.ts": "// BUG(P1): Close the file when the read fails\n" });
    return await play.settled(pull, "OWNER_ACTION", 2);
  },
  revoked: async (play) => {
    const pull = await play.open({ ...CHANGE_FILES, ...FIX_FILES });
    await play.settled(pull, "READY");
    await play.push(pull, CHANGE_FILES);
    return await play.settled(pull, "OWNER_ACTION", 2);
  },
  budget: async (play) => {
    const pull = await play.open(CHANGE_FILES, { [CONFIG]: "max_rounds: 1\nreviewers: [static]\n" });
    await play.settled(pull, "OWNER_ACTION");
    await play.push(pull, { "src/more.ts": "export const more = 1;\n" });
    return await play.settled(pull, "BUDGET_EXCEEDED");
  },
  draft: async (play) => {
    const pull = await play.open(CHANGE_FILES, {}, true);
    return await play.settled(pull, "INIT");
  },
};
const BY_SCRIPT = new Set(["unknown", "error", "superseded"]);

const [, , folderName, ...picked] = process.argv;
const folder = folderName ?? mkdtempSync(join(tmpdir(), "rondo-states-"));
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
try {
  for (const transcript of ["compact", "full"]) await takeAll(transcript);
} finally {
  await browser.close();
}
print(`Pictures in ${folder}`);

async function takeAll(transcript) {
  const stage = await startStage({ reviewers: "static,scripted", commands: { scripted }, transcript, concurrency: 4 });
  try {
    const names = Object.keys(states).filter((name) => picked.length === 0 || picked.includes(name));
    for (const name of names) {
      const pull = await states[name](playOn(stage, name));
      for (const width of WIDTHS)
        await take(`${stage.double.url}/olga/${name}/pull/${pull.number}`, `${name}-${transcript}-${width}.png`, width);
    }
  } finally {
    await stage.stop();
  }
}

async function take(url, name, width) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: "light" });
  try {
    await page.goto(url);
    // The conversation; what changed in which file is below it and the same in all pictures.
    const end = await page.locator("h2", { hasText: "Files changed" }).evaluate((it) => it.getBoundingClientRect().top);
    const height = Math.min(LONGEST, Math.ceil(end + (await page.evaluate(() => scrollY))));
    await page.screenshot({ path: join(folder, name), clip: { x: 0, y: 0, width, height }, fullPage: true });
    print(name);
  } finally {
    await page.close();
  }
}

/** What a story may do on a repository of its own. */
function playOn(stage, name) {
  const { double, author, owner, dataDir } = stage;
  let repo;
  return {
    async open(files, baseFiles = {}, isDraft = false) {
      const config = { [CONFIG]: `reviewers: [${BY_SCRIPT.has(name) ? "scripted" : "static"}]\n` };
      repo = await double.createRepository({ owner, name, files: { ...BASE_FILES, ...config, ...baseFiles } });
      double.setPermission(author, repo, "write");
      await double.pushCommit(author, repo, { branch: "refunds", files });
      return await double.openPullRequest(author, repo, {
        title: "Refunds and a nightly report",
        head: "refunds",
        isDraft,
      });
    },
    push: (pull, files) => double.pushCommit(author, repo, { branch: pull.headRef, files }),
    async settled(pull, state, round, isQuiet = true) {
      await until(stage, `${name} in ${state}`, () => {
        const record = recordOf(join(dataDir, "state/olga", name, `${pull.number}.json`));
        if (record?.state !== state || (round !== undefined && record.round !== round)) return false;
        const effects = Object.values(record.effects);
        const isDone = effects.length > 0 && effects.every(({ status }) => status === "done" || status === "abandoned");
        return isQuiet ? isDone : record.rounds.at(-1)?.reviewers[0]?.status === "pending";
      });
      return pull;
    },
  };
}

function recordOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
