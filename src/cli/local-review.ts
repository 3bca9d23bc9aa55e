// A review of the checkout on this machine: the same change, reviewers, findings and verdict as in a round, without a pull
// request, without GitHub and without a state file.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { UserError } from "../errors.ts";
import { type Finding, isBlocking, type Priority } from "../findings/finding.ts";
import { matchFindings, mergeFindings } from "../findings/match.ts";
import { reducePath } from "../findings/path.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { Verdict } from "../findings/verdict-word.ts";
import type { CheckoutLimits } from "../git/classify.ts";
import { disposeLocalCheckout, localCheckout } from "../git/local-checkout.ts";
import { repositoryName } from "../git/local-facts.ts";
import { maskSecrets } from "../mask-secrets.ts";
import type { Checkout } from "../checkouts.ts";
import { previousAnswer, unclearPart } from "../steps/ask-again.ts";
import { buildPrompt } from "../prompt.ts";
import { toContext } from "../prompt/context.ts";
import { createRedactor } from "../redact.ts";
import { describeEnding, EMPTY_OUTPUT } from "../report/failure.ts";
import type { Review, Reviewer, ReviewLimits, ReviewRequest, RuleChoice } from "../reviewer.ts";
import { computeReaskedVerdict, computeVerdict, emptyDiffVerdict, mergeVerdicts, unreadFiles } from "../verdict.ts";
import { codeFrame, type FrameLine } from "./show-findings.ts";

/** What to review, and by whom. `base` is anything that names a commit. */
export type LocalReviewInput = {
  repoDir: string;
  base: string;
  /** Review uncommitted work too; `excludesFile` as in src/git/local-checkout.ts. */
  worktree?: { excludesFile: string | null };
  reviewers: readonly Reviewer[];
  blocking: readonly Priority[];
  /** Embedded rules that the base turns off and on. */
  embeddedRules: RuleChoice;
  limits: ReviewLimits;
  checkoutLimits: Pick<CheckoutLimits, "maxFiles" | "maxFileBytes">;
  signal: AbortSignal;
  /** Called once when the change is known, before the reviewers start. */
  onStart(change: { base: string; head: string; files: number }): void;
};

/** What came of it. `base` is the merge base, `head` the commit that is checked out; both are full commit ids. */
export type LocalReview = {
  base: string;
  head: string;
  verdict: Verdict;
  findings: readonly (TrackedFinding & { frame: readonly FrameLine[] })[];
  blocking: number;
  /** Sentences about what did not work or was not looked at. */
  problems: readonly string[];
  /** Why nobody was asked; null when the reviewers were. */
  nothingToReview: string | null;
};

/**
 * Reviews the commits between the merge base of `base` and HEAD. Throws what `localCheckout` throws, and UserError
 * REVIEWER_UNAVAILABLE for a reviewer that cannot run here. Leaves nothing on the disk.
 */
export async function reviewLocally(input: LocalReviewInput): Promise<LocalReview> {
  for (const reviewer of input.reviewers) {
    const ready = await reviewer.preflight(input.embeddedRules);
    if (!ready.isReady) throw new UserError(ready.problem, { code: "REVIEWER_UNAVAILABLE", hint: ready.hint });
  }
  const tmpDir = await mkdtemp(join(tmpdir(), "rondo-review-"));
  try {
    const { repoDir, base, worktree, signal, checkoutLimits: limits } = input;
    const needsTree = (
      await Promise.all(input.reviewers.map(async (one) => (await one.needsTree?.()) ?? false))
    ).includes(true);
    const place = { repoDir, base, head: "HEAD", needsTree, tmpDir, limits, signal };
    const preparing = localCheckout(worktree === undefined ? place : { ...place, worktree });
    const [checkout, repo] = await Promise.all([preparing, repositoryName(repoDir)]);
    try {
      return await reviewCheckout(checkout, repo, input);
    } finally {
      await disposeLocalCheckout(checkout);
    }
  } finally {
    await rm(tmpDir, { recursive: true, force: true });
  }
}

type LocalCheckout = Awaited<ReturnType<typeof localCheckout>>;

async function reviewCheckout(checkout: LocalCheckout, repo: string, input: LocalReviewInput): Promise<LocalReview> {
  const { committedSha: head, mergeBaseSha: base, files } = checkout;
  input.onStart({ base, head, files: files.length });
  const omitted = files.flatMap(({ path, omitted }) => (omitted === null ? [] : [{ path, reason: omitted }]));
  const unread = unreadFiles(omitted);
  if (omitted.length === files.length && unread.length === 0) {
    const { verdict } = emptyDiffVerdict();
    const what = files.length === 0 ? "there is no change" : "every changed file is skipped by rule";
    return { base, head, verdict, findings: [], blocking: 0, problems: [], nothingToReview: what };
  }
  const reviews = await Promise.all(
    input.reviewers.map((reviewer) => runOne(reviewer, requestFor(reviewer, checkout, repo, input), input)),
  );
  const given = [...unread, ...reviews.flatMap(({ notAnalysed }) => notAnalysed)];
  const merged = matchFindings([], mergeFindings(reviews.map(({ findings }) => findings)), 1).tracked;
  const judged = mergeVerdicts(reviews).verdict;
  return {
    base,
    head,
    // A clean answer about a part of the change is no answer about the change.
    verdict: judged === "APPROVE" && given.length > 0 ? "UNKNOWN" : judged,
    findings: await Promise.all(merged.map((finding) => withFrame(finding, checkout))),
    blocking: merged.filter((finding) => isBlocking(finding, input.blocking)).length,
    problems: [
      ...reviews.flatMap(({ problems }) => problems),
      ...given.map(({ path, reason }) => `${path} was not read: ${reason}.`),
    ],
    nothingToReview: null,
  };
}

type Judged = Pick<Review, "findings" | "notAnalysed"> & {
  verdict: Verdict;
  verdict_source: ReturnType<typeof computeVerdict>["source"];
  problems: readonly string[];
};

async function runOne(reviewer: Reviewer, request: ReviewRequest, input: LocalReviewInput): Promise<Judged> {
  const first = await reviewer.review(request, input.limits, input.signal);
  const asked = judge(first, request, input);
  const problem = reviewer.canBeAskedAgain === true ? unclearPart(first, asked) : null;
  if (problem === null) return toJudged(reviewer, first, asked);
  const again = { ...request, previousAnswer: previousAnswer(redactAll(first.output).text, problem) };
  const second = await reviewer.review(again, input.limits, input.signal);
  return toJudged(reviewer, second, judge(second, again, input, computeReaskedVerdict));
}

type Answer = ReturnType<typeof computeVerdict> & { findings: Finding[]; failure: string | null };

// One argument more than usual: the second answer is judged by its own rule.
// oxlint-disable-next-line max-params
function judge(review: Review, request: ReviewRequest, input: LocalReviewInput, compute = computeVerdict): Answer {
  const findings = review.findings.map((finding) => clean(finding, request));
  const { failure } = describeEnding(review.ending, review.durationMs);
  return { ...compute({ ...review, findings }, input.blocking), findings, failure };
}

function toJudged(reviewer: Reviewer, review: Review, answer: Answer): Judged {
  const { verdict, source, contradiction, findings, failure } = answer;
  const said = failure ?? (verdict === "ERROR" ? EMPTY_OUTPUT : null);
  const unclear = verdict === "UNKNOWN" && contradiction === null ? "its answer could not be understood" : null;
  const details = verdict === "ERROR" || verdict === "UNKNOWN" ? lastLine(review.diagnostics) : null;
  const problems = [said, contradiction, unclear, details].flatMap((problem) =>
    problem === null ? [] : [`${reviewer.name}: ${problem}`],
  );
  return { findings, notAnalysed: review.notAnalysed, verdict, verdict_source: source, problems };
}

function requestFor(reviewer: Reviewer, checkout: Checkout, repo: string, input: LocalReviewInput): ReviewRequest {
  const { headSha, mergeBaseSha, gitDir, checkoutDir, diffFile, files, rules } = checkout;
  const commits = { headSha, baseSha: mergeBaseSha, mergeBaseSha };
  return {
    runId: `local-${reviewer.name}-${randomBytes(4).toString("hex")}`,
    repo: `local/${repo}`,
    // There is no pull request; programs that read the request want a number.
    pr: 1,
    ...commits,
    gitDir,
    checkoutDir,
    treeDir: checkout.tree?.dir ?? null,
    diffFile,
    files,
    prompt: buildPrompt({
      ...commits,
      owner: "local",
      repo,
      pr: 1,
      baseRef: "the base",
      blocking: input.blocking,
      answer: "schema",
    }),
    embeddedRules: input.embeddedRules,
    ...toContext({
      pullRequest: null,
      checks: null,
      rules: rules?.files ?? [],
      earlierFindings: [],
      leftOut: (rules?.leftOut ?? []).map(({ path, reason }) => ({ what: `rules in ${path}`, reason })),
    }),
  };
}

/** Paths as the repository names them, no secret, no folder of this machine. */
function clean(finding: Finding, { checkoutDir, files }: ReviewRequest): Finding {
  const redact = (text: string): string =>
    redactAll(text).text.replaceAll(`${checkoutDir}/`, "").replaceAll(checkoutDir, ".");
  const known = { ...finding, title: redact(finding.title), body: redact(finding.body) };
  const roots = { root: checkoutDir, files: files.map((file) => file.path) };
  const path = finding.path === null ? null : reducePath(finding.path, roots);
  return path === null ? { ...known, path, startLine: null, endLine: null } : { ...known, path };
}

const redactAll = createRedactor();

async function withFrame(
  finding: TrackedFinding,
  checkout: Checkout,
): Promise<TrackedFinding & { frame: readonly FrameLine[] }> {
  const { path, startLine, endLine, side } = finding;
  const file = checkout.files.find((one) => one.path === path && one.omitted === null);
  if (file === undefined || startLine === null || side === "LEFT") return { ...finding, frame: [] };
  const text = await readFile(join(checkout.checkoutDir, file.path), "utf8").catch(() => null);
  return {
    ...finding,
    frame: text === null ? [] : codeFrame(redactAll(text).text, startLine, endLine ?? startLine),
  };
}

function lastLine(diagnostics: string): string | null {
  return maskSecrets(diagnostics).trim().split("\n").at(-1)?.slice(0, 300) || null;
}
