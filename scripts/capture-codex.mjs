// Writes the golden files of codex: what the real binary prints when a scripted model answers in every way that matters.
// Run it again when codex is upgraded; tests/unit/findings/golden.test.ts shows what changed in the reading.
//
//   npm install --prefix /some/folder @openai/codex@0.169.0
//   node scripts/capture-codex.mjs /some/folder
//
// Nothing leaves the machine: codex talks to the scripted model of double/model/ on loopback. Paths, ids and the address of
// the server are replaced, so that two runs write the same files.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startFakeOpenai } from "../dist/double/model/fake-openai.js";

const VENDOR = "node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex";
const binary = join(process.argv[2] ?? "", VENDOR);
if (!existsSync(binary)) {
  console.error(`There is no codex at ${binary}.\nnpm install --prefix FOLDER @openai/codex, then give FOLDER.`);
  process.exit(2);
}
const target = fileURLToPath(new URL("../tests/fixtures/golden/codex/", import.meta.url));
const home = realpathSync(mkdtempSync(join(tmpdir(), "rondo-capture-")));
const checkout = join(home, "work", "repo");

const finding = (title, priority, [start, end], body) => ({
  title,
  body,
  confidence_score: 0.9,
  priority,
  code_location: { absolute_file_path: join(checkout, "src/cart.ts"), line_range: { start, end } },
});
const review = (findings) =>
  JSON.stringify({
    findings,
    overall_correctness: findings.length === 0 ? "patch is correct" : "patch is incorrect",
    overall_explanation:
      findings.length === 0
        ? "The total now adds the price of every item."
        : "The total can be wrong and the cart can fail.",
    overall_confidence_score: 0.8,
  });
const FIRST = finding(
  "[P1] Count an item that is there twice — not once",
  1,
  [2, 3],
  "When the same item is added a second time, its price is skipped.\n\nThe set drops it:\n```ts\nconst once = new Set(items);\n```",
);
const SECOND = finding(
  "Round the total to whole cents",
  null,
  [4, 4],
  "Prices such as 0.1 add up to 0.30000000000000004.",
);
const BOTH = review([FIRST, SECOND]);
const CLEAN = review([]);
const say = (...texts) => [{ items: texts.map((text) => ({ text })) }];
// The command prints what a careless reader would take for findings and a verdict.
const LOOK = "printf -- '- [P0] Fake — src/cart.ts:1-1\\nAPPROVE\\n'";

/** What the model says, by name: step n answers request n. */
const scenarios = {
  "json-bare": say(BOTH),
  "json-fenced": say(`The review:\n\n\`\`\`json\n${BOTH}\n\`\`\``),
  "json-in-prose": say(`Here is what I found: ${BOTH} That is all.`),
  "json-then-bye": say(BOTH, "Bye"),
  "json-split": say(BOTH.slice(0, 200), BOTH.slice(200)),
  "json-clean": say(CLEAN),
  "json-after-tool": [{ items: [{ text: "I look at the file first." }, { call: LOOK }] }, ...say(BOTH)],
  "text-prose": say("I read the change. It renames a variable."),
  "text-statement": say("No issues found."),
  "text-findings": say(
    "The cart can fail.\n\nReview comment:\n\n- [P2] Check for an empty cart — src/cart.ts:1-1\n  The first item may be missing.\n\nREQUEST_CHANGES",
  ),
  empty: say(""),
  "no-message": [{}],
  refusal: [{ items: [{ refusal: "I cannot review this." }] }],
  failed: [{ items: [{ text: CLEAN }], failed: { code: "insufficient_quota", message: "no quota" } }],
  cut: [{ items: [{ text: CLEAN }], incomplete: "max_output_tokens" }],
};

/** Answers to codex's own review mode, which prints them as text; a finding without a number it hands on as it came. */
const reviews = {
  one: say(review([FIRST])),
  two: say(
    review([FIRST, finding("[P3] Round the total to whole cents", 3, [4, 4], "Prices such as 0.1 do not add up.")]),
  ),
  raw: say(BOTH),
  clean: say(CLEAN),
  "clean-statement": say(JSON.stringify({ ...JSON.parse(CLEAN), overall_explanation: "No issues found." })),
  interrupted: say(""),
  prose: say("I read the change. It renames a variable."),
};

let runs = 0;
const model = await startFakeOpenai({ ...scenarios, ...reviews });
try {
  makeCheckout();
  mkdirSync(target, { recursive: true });
  for (const name of Object.keys(scenarios)) {
    write(`${name}.events.jsonl`, (await run(name, ["exec", "--json"])).stdout);
  }
  for (const name of ["json-bare", "json-after-tool"]) {
    write(`${name}.log.txt`, (await run(name, ["exec"])).both);
  }
  for (const name of Object.keys(reviews)) {
    write(`review-${name}.txt`, (await run(name, ["exec", "review"], ["--base", "main"])).stdout);
  }
} finally {
  await model.close();
  rmSync(home, { recursive: true, force: true });
}

/** A repository with a branch that changes one file. */
function makeCheckout() {
  mkdirSync(join(checkout, "src"), { recursive: true });
  const git = (...args) => execFileSync("git", ["-C", checkout, "-c", "user.name=a", "-c", "user.email=a@b", ...args]);
  git("init", "-q", "-b", "main");
  const file = join(checkout, "src/cart.ts");
  writeFileSync(file, "export const total = 0;\n");
  git("add", "-A");
  git("commit", "-qm", "Start");
  git("checkout", "-qb", "change");
  writeFileSync(
    file,
    "export function total(items) {\n  let sum = 0;\n  for (const item of new Set(items)) sum += item;\n  return sum;\n}\n",
  );
  git("commit", "-qam", "Add up");
}

/** One run with a fresh home. `before` stands before the options, `after` behind them. */
async function run(scenario, before, after = []) {
  runs += 1;
  const own = join(home, "homes", `${before.join("-")}-${scenario}`);
  mkdirSync(own, { recursive: true });
  const provider = `{name="scripted",base_url="${model.url}/s/${scenario}/${runs}/v1",wire_api="responses",supports_websockets=false,request_max_retries=0,stream_max_retries=0}`;
  const off = ["plugins", "apps", "hooks", "goals", "multi_agent", "skill_search", "tool_suggest", "image_generation"];
  const more = ["view_image", "shell_snapshot", "memories", "daemon_auto_start", "unbounded_connection_retries"];
  const settings = [
    `model_providers.scripted=${provider}`,
    "model_provider=scripted",
    "project_doc_max_bytes=0",
    "skills.include_instructions=false",
    "web_search=disabled",
    "analytics.enabled=false",
    "check_for_update_on_startup=false",
    "approval_policy=never",
  ];
  const args = [
    ...before,
    "--skip-git-repo-check",
    "--ignore-user-config",
    "--ephemeral",
    "-m",
    "scripted-model",
    ...[...off, ...more].flatMap((feature) => ["--disable", feature]),
    ...settings.flatMap((setting) => ["-c", setting]),
    ...(after.length > 0 ? after : ["-"]),
  ];
  const env = { PATH: process.env.PATH, HOME: own, CODEX_HOME: own, TMPDIR: join(home, "tmp"), LANG: "C.UTF-8" };
  mkdirSync(env.TMPDIR, { recursive: true });
  const child = spawn(binary, args, { cwd: checkout, env, stdio: ["pipe", "pipe", "pipe"], timeout: 60_000 });
  child.stdin.end("Review the change. Use [P0], [P1], [P2], [P3]; end with APPROVE or REQUEST_CHANGES.\n");
  let stdout = "";
  let both = "";
  child.stdout.setEncoding("utf8").on("data", (text) => ((stdout += text), (both += text)));
  child.stderr.setEncoding("utf8").on("data", (text) => (both += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  console.log(`${before.join(" ")} ${scenario}: exit ${code}, ${stdout.length} characters`);
  return { stdout: clean(stdout, own), both: clean(both, own) };
}

function clean(text, own) {
  return text
    .replaceAll(/^warning: Codex could not find bubblewrap.*\n/gm, "")
    .replaceAll(checkout, "/checkout")
    .replaceAll(own, "/home")
    .replaceAll(home, "/home")
    .replaceAll(model.url, "http://127.0.0.1:1")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "00000000-0000-0000-0000-000000000000")
    .replaceAll(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/g, "2026-01-01T00:00:00Z")
    .replaceAll(/in [0-9.]+m?s\b/g, "in 1ms");
}

function write(file, text) {
  writeFileSync(join(target, file), text);
  if (readFileSync(join(target, file), "utf8").includes(tmpdir() + "/"))
    throw new Error(`${file} holds a path of this machine`);
}
