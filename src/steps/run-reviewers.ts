// The long effect: check out the change once, let every reviewer that has not answered look at it side by side, and
// hand each answer on the moment it comes. Reviewers are killed when `signal` aborts; nothing they said counts then.
import { isDiskTrouble, isExpectedError } from "../errors.ts";
import { type DiffIndex, indexDiff } from "../findings/anchor.ts";
import { parseDiff } from "../findings/diff.ts";
import { placeFinding } from "../findings/place.ts";
import type { Checkout } from "../checkouts.ts";
import type { Context } from "../prompt/context.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import { describeEnding, EMPTY_OUTPUT, retryClass } from "../report/failure.ts";
import type { Review, Reviewer, ReviewRequest } from "../reviewer.ts";
import type { ReviewerOutcome, RoundEvent } from "../round/event.ts";
import { type Given, givenOf } from "../round/given.ts";
import type { Due } from "../round/outbox.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { computeReaskedVerdict, computeVerdict } from "../verdict.ts";
import { apply } from "./apply.ts";
import { secondQuestion, unclearPart } from "./ask-again.ts";
import { cleaned, withoutPaths } from "./clean-words.ts";
import { charge, costLeft } from "./charge.ts";
import type { Deps } from "./deps.ts";
import { fetchAgain } from "./fetch-again.ts";
import { leftOut } from "./exclude.ts";
import { nothingToReview, unavailable } from "./no-run.ts";
import { askGithub, contextOf, wantsContext } from "./read-context.ts";
import { startRoundBudget } from "./round-budget.ts";

/**
 * Runs the reviewers of `due` and applies what they answer. Resolves when all have ended or were killed. Throws when an
 * answer could not be saved: nothing is known of it then, and the round goes on when the disk does.
 */
export async function runReviewers(
  ref: PullRequestRef,
  record: PullRequestRecord,
  due: Due,
  deps: Deps,
  signal: AbortSignal,
): Promise<void> {
  const { effect } = due.entry;
  const round = record.rounds.find((candidate) => candidate.n === effect.round);
  if (round === undefined || effect.kind !== "run") return;
  const tell = async (event: RoundEvent): Promise<void> => {
    if (!signal.aborted) await apply(ref, event, deps);
  };
  const budget = startRoundBudget({ round, attempt: effect.attempt, claims: record.claims }, deps, signal);
  const about = { ref, round, attempt: effect.attempt, deps, signal: budget.signal, tell };
  try {
    const needsRules = wantsContext(round, deps);
    const telling = askGithub(ref, round, needsRules, deps);
    // Waited for below; a checkout that fails first must not leave it unheard.
    telling.catch(() => {});
    const checkout = await deps.checkouts.prepare(
      ref,
      {
        headSha: round.head_sha,
        baseSha: round.base_sha,
        mergeBaseSha: round.merge_base_sha,
        isLeftOut: leftOut(round.config.settings),
        needsTree: await wantsTree(round, deps),
        needsRules,
      },
      budget.signal,
    );
    try {
      const context = contextOf(await telling, checkout.rules, record, round);
      await runAll({ ...about, context }, checkout, needsRules ? givenOf(context) : null);
    } finally {
      await deps.checkouts.dispose(checkout);
    }
    const exhausted = budget.exhausted();
    if (exhausted !== null) await tell(exhausted);
  } catch (error) {
    if (signal.aborted) return;
    if (isDiskTrouble(error)) throw error;
    const exhausted = budget.exhausted();
    if (exhausted !== null) return await tell(exhausted);
    const pr = formatPullRequestRef(ref);
    // The pull request gets the public words; hosts and what to do (a proxy, a certificate, a disk) are for the log.
    if (isExpectedError(error)) deps.log.warn("the change could not be fetched", { pr, error });
    else deps.log.error("the round could not be prepared", { pr, error });
    if (await fetchAgain(ref, due, error, deps)) return;
    const failure = isExpectedError(error)
      ? `${error.code.toLowerCase()}: ${error.publicMessage}`
      : "internal: an unexpected error; the server's log has it.";
    await tell({ kind: "preparationFailed", at: deps.clock.now().toISOString(), round: round.n, failure });
  } finally {
    budget.forget();
  }
}

type About = {
  ref: PullRequestRef;
  round: RoundRecord;
  attempt: number;
  /** What reviewers are told beside the change. */
  context: Context;
  deps: Deps;
  signal: AbortSignal;
  tell(event: RoundEvent): Promise<void>;
};

async function runAll(about: About, checkout: Checkout, given: Given | null): Promise<void> {
  const { round, deps, tell } = about;
  const omitted = checkout.files.flatMap((file) =>
    file.omitted === null ? [] : [{ path: file.path, reason: file.omitted }],
  );
  const seen = { changedFiles: checkout.files.length, omitted, ...(given !== null && { given }) };
  await tell({ kind: "checkedOut", at: now(deps), round: round.n, ...seen });
  const diff = indexDiff(parseDiff(checkout.diff));
  const redact = deps.redactor(checkout.diff);
  const waiting = round.reviewers.filter((reviewer) => reviewer.status === "pending");
  const isEmpty = checkout.files.every((file) => file.omitted !== null && !TOO_MUCH.has(file.omitted));
  // One answer that cannot be saved ends the others too, and nothing goes on in the background when this is over.
  const broken = new AbortController();
  const inner = { ...about, signal: AbortSignal.any([about.signal, broken.signal]) };
  const endings = await Promise.allSettled(
    waiting.map(async ({ name }) => {
      try {
        const reviewer = deps.reviewers.find((candidate) => candidate.name === name);
        const outcome = isEmpty
          ? nothingToReview(name, runId(inner, name), round, checkout.files.length)
          : await runOne(reviewer, name, inner, { checkout, diff, redact });
        if (outcome !== null)
          await tell({ kind: "reviewFinished", at: now(deps), round: round.n, attempt: about.attempt, outcome });
      } catch (error) {
        broken.abort();
        throw error;
      }
    }),
  );
  for (const ending of endings) if (ending.status === "rejected") throw ending.reason;
}

/** True when some reviewer that still has to answer wants to look around. */
async function wantsTree(round: RoundRecord, deps: Deps): Promise<boolean> {
  const waiting = round.reviewers.filter((reviewer) => reviewer.status === "pending").map(({ name }) => name);
  const asked = deps.reviewers.filter(({ name }) => waiting.includes(name));
  const answers = await Promise.all(asked.map(async (reviewer) => (await reviewer.needsTree?.()) ?? false));
  return answers.includes(true);
}

/** Files left out for their size: a round with only those is not an empty round. */
const TOO_MUCH: ReadonlySet<string> = new Set(["too_large", "too_many"]);

/** The change on disk, its diff, and what takes secrets out of what is said about it. */
type Change = { checkout: Checkout; diff: DiffIndex; redact: ReturnType<Deps["redactor"]> };

async function runOne(
  reviewer: Reviewer | undefined,
  name: string,
  about: About,
  change: Change,
): Promise<ReviewerOutcome | null> {
  const { deps, signal } = about;
  const id = runId(about, name);
  if (reviewer === undefined) return unavailable(name, id);
  const { reviewTimeoutMs: timeoutMs, maxOutputBytes, silenceMs } = deps.installation;
  const limits = {
    ...{ timeoutMs, maxOutputBytes, costUsd: costLeft(recordOf(about, name), deps) },
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
  const startedAt = now(deps);
  const request = { ...requestOf(about, id, change.checkout), ...secondQuestion(recordOf(about, name)) };
  const review = await reviewer.review(request, limits, signal);
  const bill = { runId: id, reviewer: name, startedAt, spend: review.spend };
  if (signal.aborted) {
    await charge(bill, about, "cancelled");
    return null;
  }
  const { ending } = review;
  if (ending.kind === "notInstalled" || (ending.kind === "failed" && NEEDS_A_PERSON.has(ending.failure)))
    deps.log.error("a reviewer needs an administrator", { reviewer: name, run: id, ending });
  const isUntouched = await deps.checkouts.verify(change.checkout);
  const judged = judge(review, id, about, change, isUntouched);
  const unclear = unclearPart(review, judged);
  const problem = unclear === null ? {} : { problem: withoutPaths(change.redact(unclear).text, change.checkout) };
  const question = unclear !== null && reviewer.canBeAskedAgain === true ? { unclear } : {};
  const outcome = { ...judged, ...problem, ...question };
  await charge(bill, about, outcome.failure?.split(":")[0] ?? outcome.verdict);
  await deps.runs.save(`${about.ref.owner}/${about.ref.repo}`, id, {
    "prompt.txt": about.round.prompt,
    "output.txt": change.redact(review.output).text,
    "diagnostics.txt": change.redact(review.diagnostics).text,
    "result.json": JSON.stringify({ ...outcome, output: undefined, ...askedTwice(about, name) }, null, 2),
  });
  return outcome;
}

function recordOf({ round }: About, name: string): RoundRecord["reviewers"][number] | undefined {
  return round.reviewers.find((reviewer) => reviewer.name === name);
}

/** For the run's folder: that this was the second question, and where the first answer lies. */
function askedTwice(about: About, name: string): { askedAgain?: { problem: string; run_id: string } } {
  const askedAgain = recordOf(about, name)?.asked_again;
  return askedAgain === undefined ? {} : { askedAgain };
}

function judge(
  review: Review,
  id: string,
  about: About,
  { checkout, diff, redact }: Change,
  isUntouched: boolean,
): ReviewerOutcome {
  const ending = describeEnding(review.ending, review.durationMs);
  // No secret, and no path of this machine: a place is named as the repository names it.
  let taken = 0;
  const clean = (text: string): string => {
    const redacted = redact(text);
    taken += redacted.taken;
    return withoutPaths(redacted.text, checkout);
  };
  const roots = { root: checkout.checkoutDir, files: checkout.files.map((file) => file.path) };
  const findings = review.findings.map((finding) => placeFinding(finding, roots, diff));
  const compute = recordOf(about, review.reviewer)?.asked_again === undefined ? computeVerdict : computeReaskedVerdict;
  const computed = compute({ ...review, findings }, about.round.config.settings.blocking_priorities);
  const said =
    review.output.trim() === "" && ending.failure === null && computed.verdict === "ERROR" ? EMPTY_OUTPUT : null;
  const wrongTree = isUntouched ? null : "wrong_workdir: the checkout is no longer at the round's commit.";
  const failure = wrongTree ?? ending.failure ?? said;
  const shownFindings = findings.map((one) => cleaned(one, clean));
  // The message mostly holds its findings: what stands in both is one secret, not two.
  const takenOfFindings = taken;
  taken = 0;
  const output = clean(review.output);
  return {
    name: review.reviewer,
    runId: id,
    label: review.label,
    exit: ending.exit,
    failure,
    isRetryable: failure !== null && retryClass(review.ending) === "retry",
    durationMs: review.durationMs,
    verdict: failure === null ? computed.verdict : "ERROR",
    verdictSource: failure === null ? computed.source : "none",
    contradiction: computed.contradiction,
    output: output.slice(0, MAX_KEPT_OUTPUT),
    redactions: Math.max(taken, takenOfFindings),
    findings: shownFindings,
    notAnalysed: [...review.notAnalysed],
    costUsd: review.costUsd,
    ...(review.spend && { spend: review.spend }),
  };
}

/** Kinds of failure that stay until somebody changes something on the server or in the account. */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(["auth", "quota", "config", "sandbox"]);

/** Characters of a reviewer's message that the state file keeps; the run folder has all of it. */
const MAX_KEPT_OUTPUT = 200_000;

function requestOf({ ref, round, context }: About, id: string, checkout: Checkout): ReviewRequest {
  const { static_rules: rules } = round.config.settings;
  return {
    runId: id,
    repo: `${ref.owner}/${ref.repo}`,
    pr: ref.number,
    headSha: round.head_sha,
    baseSha: round.base_sha,
    mergeBaseSha: checkout.mergeBaseSha,
    gitDir: checkout.gitDir,
    checkoutDir: checkout.checkoutDir,
    treeDir: checkout.tree?.dir ?? null,
    diffFile: checkout.diffFile,
    files: checkout.files,
    prompt: round.prompt,
    ...(rules === undefined ? {} : { embeddedRules: rules }),
    ...context,
  };
}

function runId({ ref, round, attempt, deps }: About, reviewer: string): string {
  return `${ref.number}-r${round.n}.${attempt}-${reviewer}-${deps.ids.hex(8)}`;
}

function now(deps: Pick<Deps, "clock">): string {
  return deps.clock.now().toISOString();
}
