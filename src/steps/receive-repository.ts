// Webhooks about a repository or an installation: each may mean several pull requests, found in the state files.
import type { Intent } from "../intent/intent.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RoundEvent } from "../round/event.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { currentRound } from "../round/step.ts";
import { answerMergeGroup } from "./answer-merge-group.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { type Known, knownPullRequests } from "./known-pull-requests.ts";
import { headsOf } from "./live-head.ts";
import { readConfig } from "./read-config.ts";

type About<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;
type AboutRepository = About<"repositoryMoved" | "branchPushed" | "mergeGroupRequested" | "installationChanged">;

/** Acts on an intent that names no pull request; answers with a word for the log. */
export async function receiveRepository(
  intent: AboutRepository,
  delivery: { guid: string },
  deps: Deps,
): Promise<string> {
  switch (intent.kind) {
    case "repositoryMoved": {
      const { repoId, owner, repo, installationId } = intent.repo;
      // Another owner's installation: with the old one's token nothing could be read any more.
      await deps.rounds.move(repoId, { owner, repo, installationId });
      return `moved: the state files are under ${owner}/${repo}`;
    }
    case "branchPushed":
      return await followBranch(intent, delivery, deps);
    case "mergeGroupRequested":
      return await answerMergeGroup(intent, deps);
    case "installationChanged":
      return await followInstallation(intent, deps);
  }
}

/** `on_base_change: rerun` starts a round now; a note waits for the pull request's next own event or look around. */
async function followBranch(intent: About<"branchPushed">, delivery: { guid: string }, deps: Deps): Promise<string> {
  const isMeant = (record: PullRequestRecord): boolean =>
    record.state === "READY" &&
    record.base_ref === intent.ref &&
    (record.base_tip ?? record.base_sha) !== intent.headSha;
  const known = await knownPullRequests(deps, intent.repo.repoId, isMeant);
  const again = known.filter(({ record }) => currentRound(record)?.config.settings.on_base_change === "rerun");
  if (again.length === 0) return known.length === 0 ? "ignored: no READY rests on it" : "noted later";
  const tip = await deps.repositories.fetchBranchTip(intent.repo, intent.ref);
  if (tip === null) return "ignored: the branch is gone";
  for (const { ref } of again) await rerun(ref, { ...intent, tip, guid: delivery.guid }, deps);
  return `base moved: ${again.length} rounds`;
}

async function rerun(
  ref: PullRequestRef,
  moved: { ref: string; tip: string; guid: string },
  deps: Deps,
): Promise<void> {
  const live = await deps.pullRequests.fetchPullRequest(ref);
  if (live.state === "closed" || live.baseRef !== moved.ref) return;
  const { config } = await readConfig(ref, live.baseSha, deps);
  const event: RoundEvent = {
    kind: "baseChanged",
    at: deps.clock.now().toISOString(),
    heads: { ...headsOf(live), baseSha: moved.tip },
    isRetarget: false,
    trigger: { kind: "base_changed", actor: null, delivery: moved.guid, comment: null, focus: null },
    debounceMs: deps.installation.debounceMs ?? config.triggers.debounce_seconds * 1000,
  };
  if ((await apply(ref, event, deps)).row !== null) await deps.jobs.wake(ref);
}

const LOST: Readonly<Record<string, string>> = {
  suspend: "access_lost: the installation was suspended.",
  deleted: "access_lost: Rondo was uninstalled.",
  repositories_removed: "access_lost: the repository was taken out of the installation.",
};
const BACK: ReadonlySet<string> = new Set(["unsuspend", "created", "repositories_added"]);

/** Work stops where nothing can be read or written any more, and goes on where it can again. */
async function followInstallation(intent: About<"installationChanged">, deps: Deps): Promise<string> {
  const why = LOST[intent.action];
  if (why === undefined && !BACK.has(intent.action)) return "ignored: nothing depends on it";
  const ids = intent.repositoryIds;
  const known = await knownPullRequests(deps, null, (record) =>
    why !== undefined && ids === null
      ? record.installation_id === intent.installationId
      : ids === null || ids.includes(record.repo_id),
  );
  const again = known.map(({ ref, record }) => ({ ref: { ...ref, installationId: intent.installationId }, record }));
  return why === undefined ? await goOn(again, deps) : await stopAll(known, why, deps);
}

async function stopAll(known: readonly Known[], why: string, deps: Deps): Promise<string> {
  let stopped = 0;
  for (const { ref } of known) {
    const { row } = await apply(ref, { kind: "accessLost", at: deps.clock.now().toISOString(), why }, deps);
    if (row !== null) stopped += 1;
  }
  return `access lost: ${stopped} rounds stopped`;
}

/** Rounds that the loss of access cut short start again on the newest head. */
export async function goOn(known: readonly Known[], deps: Deps): Promise<string> {
  let followed = 0;
  for (const { ref, record } of known) {
    if (record.failure?.startsWith("access_lost:") !== true) continue;
    const live = await deps.pullRequests.fetchPullRequest(ref).catch((error: unknown) => {
      deps.log.warn("a pull request could not be read again", { pr: ref, error });
      return null;
    });
    if (live === null || live.state === "closed") continue;
    const event: RoundEvent = {
      kind: "headMoved",
      at: deps.clock.now().toISOString(),
      heads: headsOf(live),
      isDraft: live.isDraft,
      trigger: { kind: "reconcile", actor: null, delivery: null, comment: null, focus: null },
      debounceMs: 0,
    };
    if ((await apply(ref, event, deps)).row === null) continue;
    await deps.jobs.wake(ref);
    followed += 1;
  }
  return `access is back: ${followed} rounds`;
}
