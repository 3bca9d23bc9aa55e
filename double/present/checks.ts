// Check runs, check suites, annotations and commit statuses as REST and webhooks show them.
import { apiUrl, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { Annotation, CheckRun, CheckSuite, CommitStatus, PullRequest, Repository } from "../state.ts";
import { readCommit } from "../git/commit-facts.ts";
import { presentSimpleCommit } from "./commits.ts";
import { presentPullRequestMinimal } from "./pull-request.ts";
import { presentRepository } from "./repository.ts";
import { presentApp, presentUser } from "./user.ts";

/** Schema `check-run`. `pull_requests` is empty for heads that live in a fork, as on GitHub. */
export function presentCheckRun(world: World, run: CheckRun): Record<string, unknown> {
  const repository = repositoryOf(world, run.repoId);
  const url = `${apiUrl(world)}/repos/${fullName(world, repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${world.url}/${fullName(world, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? world.url,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt === null ? null : isoTime(run.startedAt),
    completed_at: run.completedAt === null ? null : isoTime(run.completedAt),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: presentApp(world, world.state.app),
    pull_requests: sameRepositoryPulls(world, run.repoId, run.headSha).map((pull) =>
      presentPullRequestMinimal(world, pull),
    ),
  };
}

/** Schema `check-suite`. */
export async function presentCheckSuite(world: World, suite: CheckSuite): Promise<Record<string, unknown>> {
  const repository = repositoryOf(world, suite.repoId);
  const url = `${apiUrl(world)}/repos/${fullName(world, repository)}/check-suites/${suite.id}`;
  const runs = runsOf(world, suite);
  return {
    id: suite.id,
    node_id: suite.nodeId,
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteStatus(runs),
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: sameRepositoryPulls(world, suite.repoId, suite.headSha).map((pull) =>
      presentPullRequestMinimal(world, pull),
    ),
    app: presentApp(world, world.state.app),
    repository: presentRepository(world, repository),
    created_at: isoTime(suite.createdAt),
    updated_at: isoTime(suite.updatedAt),
    head_commit: presentSimpleCommit(await readCommit(repository.gitDir, suite.headSha)),
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** Schema `check-annotation`. */
export function presentAnnotation(world: World, run: CheckRun, annotation: Annotation): Record<string, unknown> {
  const repository = repositoryOf(world, run.repoId);
  return {
    path: annotation.path,
    blob_href: `${world.url}/${fullName(world, repository)}/blob/${run.headSha}/${annotation.path}`,
    start_line: annotation.startLine,
    start_column: annotation.startColumn,
    end_line: annotation.endLine,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: annotation.rawDetails,
  };
}

/** Schema `simple-commit-status`. */
export function presentStatus(world: World, repository: Repository, status: CommitStatus): Record<string, unknown> {
  const creator = userOf(world, status.creatorId);
  return {
    url: `${apiUrl(world)}/repos/${fullName(world, repository)}/statuses/${status.sha}`,
    avatar_url: presentUser(world, creator)["avatar_url"],
    id: status.id,
    node_id: status.nodeId,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: isoTime(status.createdAt),
    updated_at: isoTime(status.updatedAt),
  };
}

/** Check runs of a suite, newest of each name counted once by the callers that need it. */
export function runsOf(world: World, suite: CheckSuite): CheckRun[] {
  return [...world.state.checkRuns.values()].filter((run) => run.suiteId === suite.id);
}

/** Open pull requests of the same repository with that head. */
function sameRepositoryPulls(world: World, repoId: number, headSha: string): PullRequest[] {
  return [...world.state.pullRequests.values()].filter(
    (pull) => pull.repoId === repoId && pull.headRepoId === repoId && pull.headSha === headSha && pull.state === "open",
  );
}

function suiteStatus(runs: readonly CheckRun[]): { status: string; conclusion: string | null } {
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.some((run) => run.status !== "completed")) return { status: "in_progress", conclusion: null };
  const worstFirst = ["failure", "timed_out", "action_required", "cancelled", "stale", "success", "neutral", "skipped"];
  const worst = worstFirst.find((conclusion) => runs.some((run) => run.conclusion === conclusion));
  return { status: "completed", conclusion: worst ?? null };
}
