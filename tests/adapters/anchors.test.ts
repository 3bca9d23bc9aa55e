// The proof of the anchors: random findings on random changes, posted to the double by the code that posts them in a round.
// None may be refused, none lost, none may stand on another line than it is about. What is right is worked out by git.
// FUZZ_FINDINGS=10000 asks for more of them, FUZZ_SEED=… for the same ones again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PullRequest } from "../../double/state.ts";
import { indexDiff } from "../../src/findings/anchor.ts";
import { parseDiff } from "../../src/findings/diff.ts";
import { effectivePriority, type Finding } from "../../src/findings/finding.ts";
import { fingerprintFinding, matchFindings } from "../../src/findings/match.ts";
import { placeFinding } from "../../src/findings/place.ts";
import { writePatch } from "../../src/git/plan.ts";
import { createGithubApp } from "../../src/github/app.ts";
import { githubPublisher } from "../../src/github/publisher.ts";
import { renderReview } from "../../src/report/review.ts";
import type { PullRequestRef } from "../../src/pull-request.ts";
import { anchorsOf, toWrite } from "../../src/steps/publish-review.ts";
import { APP_ID, appKey, startSample, type Sample } from "../double/sample.ts";
import {
  type Change,
  type Claim,
  diceOf,
  gitFacts,
  randomChange,
  randomClaims,
  ROOT,
} from "../support/random-change.ts";
import { options, record, round } from "../unit/report/sample-round.ts";

const FINDINGS = Number(process.env["FUZZ_FINDINGS"] ?? 90);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1e9);
const PER_REVIEW = 30;

let sample: Sample;
let folder: string;
beforeAll(async () => {
  sample = await startSample();
  folder = mkdtempSync(join(tmpdir(), "rondo-anchors-"));
});
afterAll(async () => {
  await sample.double.stop();
  rmSync(folder, { recursive: true });
});

it(`posts ${FINDINGS} random findings: 0 refused, 0 lost, 0 on a wrong line (seed ${SEED})`, async () => {
  const app = createGithubApp({
    appId: APP_ID,
    privateKey: appKey.export({ type: "pkcs1", format: "pem" }).toString(),
    apiUrl: sample.double.apiUrl,
    log: pino({ level: "silent" }),
  });
  const publisher = githubPublisher({
    client: app.installationOctokit,
    botLogin: "rondo[bot]",
    markerKeys: ["k".repeat(32)],
    guard: (text) => ({ text, taken: 0 }),
  });
  const dice = diceOf(SEED);
  const counted = { findings: 0, inline: 0, inBody: 0, multiLine: 0, left: 0 };
  const wrong: string[] = [];
  for (let n = 0; counted.findings < FINDINGS; n += 1) {
    const change = randomChange(dice);
    const claims = randomClaims(change, dice, Math.min(PER_REVIEW, FINDINGS - counted.findings));
    const { pull, gitDir, ref } = await open(change, n);
    const findings = place(claims, gitDir, pull);
    await publisher.upsertReview(ref, writeOf(findings, pull.headSha)).catch((error: unknown) => {
      wrong.push(`change ${n}: refused: ${String(error)}`);
    });
    judge(claims, gitDir, pull, counted).forEach((problem) => wrong.push(`change ${n}: ${problem}`));
    counted.findings += claims.length;
  }
  if (FINDINGS > 1000) process.stdout.write(`seed ${SEED}: ${JSON.stringify(counted)}, wrong: ${wrong.length}\n`);
  expect(wrong).toEqual([]);
  expect(sample.double.journal.entries.filter(({ status }) => status === 422)).toEqual([]);
  // A proof about nothing would pass as well.
  expect(counted.inline).toBeGreaterThan(FINDINGS / 10);
  expect(counted.inBody).toBeGreaterThan(FINDINGS / 10);
}, 900_000);

async function open(change: Change, n: number): Promise<{ pull: PullRequest; gitDir: string; ref: PullRequestRef }> {
  const { double, owner, author, installation } = sample;
  const repository = await double.createRepository({
    owner,
    name: `r${n}`,
    files: { ...change.before, "same.txt": "x\n" },
  });
  double.setPermission(author, repository, "write");
  await double.pushCommit(author, repository, { branch: "topic", files: change.after });
  const pull = await double.openPullRequest(author, repository, { title: "A change", head: "topic" });
  const about = { owner: owner.login, repo: repository.name, number: pull.number, repoId: repository.id };
  return { pull, gitDir: repository.gitDir, ref: { ...about, installationId: installation.id } };
}

/** What the round does with the answer of a reviewer. */
function place(claims: readonly Claim[], gitDir: string, pull: PullRequest): Finding[] {
  const file = join(folder, "change.diff");
  // A round shows no lines of binary files; here git itself leaves them out.
  const args = writePatch(pull.baseSha, pull.headSha, file).args.filter((arg) => arg !== "--text");
  execFileSync("git", ["--git-dir", gitDir, ...args]);
  const files = parseDiff(readFileSync(file, "utf8"));
  const diff = indexDiff(files);
  const roots = { root: ROOT, files: files.map(({ path }) => path) };
  return claims.map((claim, n) => {
    const { priority, printed: path, startLine, endLine, side } = claim;
    const title = titleOf(n);
    const fingerprint = fingerprintFinding({ path, rule: null, title, context: null });
    const finding: Finding = {
      priority,
      title,
      body: "Why.",
      path,
      startLine,
      endLine,
      side,
      reviewer: "x",
      rule: null,
      fingerprint,
    };
    return placeFinding(finding, roots, diff);
  });
}

function writeOf(findings: readonly Finding[], headSha: string) {
  const one = round({ findings: matchFindings([], findings, 1).tracked, head_sha: headSha });
  const input = { anchors: anchorsOf(one), explanation: null, requestChanges: false };
  return toWrite(`v1/7/${headSha}/review`, false, record(one), one, renderReview(record(one), one, input, options));
}

/** Holds the page against what git says. */
function judge(claims: readonly Claim[], gitDir: string, pull: PullRequest, counted: Record<string, number>): string[] {
  const { state } = sample.double;
  const facts = gitFacts(gitDir, pull.baseSha, pull.headSha);
  const comments = [...state.reviewComments.values()].filter(({ repoId }) => repoId === pull.repoId);
  const body = [...state.reviews.values()].find(({ repoId }) => repoId === pull.repoId)?.body ?? "";
  const count = (what: string): void => void (counted[what] = (counted[what] ?? 0) + 1);
  return claims.flatMap((claim, n) => {
    const here = comments.filter((comment) => comment.body.includes(`${titleOf(n)}**`));
    const isInBody = body.includes(`${titleOf(n)}**`);
    const told = `claim ${n} ${JSON.stringify(claim)}`;
    const file = claim.file === null ? undefined : facts.get(claim.file);
    const side = file?.isRemoved === true ? "LEFT" : claim.side;
    const possible =
      file === undefined || claim.startLine === null ? [] : [...file[side]].filter((line) => isWithin(line, claim));
    const isInlineDue = possible.length > 0 && effectivePriority(claim) !== "P3";
    if (here.length + (isInBody ? 1 : 0) !== 1)
      return [`${told} stands ${here.length} times inline, in the body: ${isInBody}`];
    count(isInBody ? "inBody" : "inline");
    const [comment] = here;
    if (comment === undefined)
      return isInlineDue ? [`${told} is in the body, but could stand on ${possible.join()}`] : [];
    if (!isInlineDue) return [`${told} is inline`];
    const { line, startLine } = comment.current;
    if (startLine !== null) count("multiLine");
    if (side === "LEFT") count("left");
    const content = (side === "LEFT" ? file?.before : file?.after)?.[(line ?? 0) - 1];
    const shown = Buffer.from(comment.diffHunk.split("\n").at(-1)?.slice(1) ?? "", "utf8").toString("latin1");
    const isRight =
      comment.path === claim.file &&
      comment.side === side &&
      possible.includes(line ?? 0) &&
      (startLine === null || possible.includes(startLine)) &&
      content === shown;
    return isRight
      ? []
      : [`${told} stands on ${comment.path} ${comment.side} ${startLine}-${line}: ${shown}, not ${content}`];
  });
}

function isWithin(line: number, { startLine, endLine }: Claim): boolean {
  return line >= (startLine ?? 1) && line <= (endLine ?? startLine ?? 0);
}

function titleOf(n: number): string {
  return `Claim number ${n} end`;
}
