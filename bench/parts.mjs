// The baseline of a round: its two heavy parts, checkout and reviewer, called directly. No webhook, no queue, no state
// file, no comment; what a round takes more than this is the price of the loop.
import { join } from "node:path";
import { fromDist, silent } from "./stage.mjs";

const { gitCheckouts } = await fromDist("src/git/checkout.js");
const { reviewersFor } = await fromDist("src/reviewers/registry.js");

/** Returns what runs the parts of one pull request's newest round: milliseconds of each. */
export function partsOf(stage, { reviewers, commands = {} }) {
  const token = stage.double.tokenFor(stage.author);
  const serverUrl = stage.double.url;
  const tmpDir = join(stage.dataDir, "parts");
  const checkouts = gitCheckouts({ tmpDir, serverUrl, mintToken: async () => token, log: silent });
  const withDefaults = Object.entries(commands).map(([name, command]) => [
    name,
    { timeout_seconds: 60, environment: {}, ...command },
  ]);
  const [reviewer] = reviewersFor({ names: [reviewers], commands: Object.fromEntries(withDefaults) });
  return async (record) => {
    const { head_sha: headSha, base_sha: baseSha, merge_base_sha: mergeBaseSha } = record.rounds.at(-1);
    const ref = { installationId: 1, repoId: record.repo_id, owner: "olga", repo: "app", number: record.pr };
    const { signal } = new AbortController();
    const startedAt = performance.now();
    const checkout = await checkouts.prepare(ref, { headSha, baseSha, mergeBaseSha }, signal);
    const checkedOutAt = performance.now();
    const request = {
      ...{ runId: `bench-${record.pr}`, repo: "olga/app", pr: record.pr, headSha, baseSha, mergeBaseSha },
      ...{ gitDir: checkout.gitDir, checkoutDir: checkout.checkoutDir, diffFile: checkout.diffFile },
      ...{ files: checkout.files, prompt: "", rules: [], earlierFindings: [] },
    };
    const review = await reviewer.review(request, { timeoutMs: 60_000, maxOutputBytes: 10_000_000 }, signal);
    if (review.ending.kind !== "completed") throw new Error(`the reviewer ended: ${JSON.stringify(review.ending)}`);
    const reviewedAt = performance.now();
    await checkouts.dispose(checkout);
    return {
      checkoutMs: checkedOutAt - startedAt,
      reviewerMs: reviewedAt - checkedOutAt,
      allMs: performance.now() - startedAt,
    };
  };
}
