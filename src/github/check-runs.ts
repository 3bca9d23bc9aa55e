// The check run `Rondo`: created once per effect key, updated afterwards. GitHub takes 50 annotations a request and
// appends them, so they are sent once, with the conclusion. https://docs.github.com/en/rest/checks/runs
import type { CheckRunWrite, Published } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { outgoingText, outgoingWords } from "./outgoing.ts";
import { demandObject } from "./own-answer.ts";
import type { WriteContext } from "./publisher.ts";
import { keepOldest } from "./twins.ts";

/** The name that a branch rule requires. */
const NAME = "Rondo";
/** Annotations that one request may carry. */
const MAX_ANNOTATIONS = 50;

// Octokit types ids as `number | bigint`; GitHub's ids fit a number.
type Run = { id: number | bigint; node_id: string; html_url: string | null };

/** Updates the known run, adopts the one an unclear send left behind, or creates one. */
export async function upsertCheckRun(
  context: WriteContext,
  ref: PullRequestRef,
  write: CheckRunWrite,
): Promise<Published> {
  const octokit = await context.client(ref.installationId);
  const guarded = {
    ...write,
    title: outgoingWords(context, write.title, write.key),
    summary: outgoingText(context, write.summary, write.key),
    text: outgoingText(context, write.text, write.key),
    annotations: write.annotations.map((annotation) => ({
      ...annotation,
      title: outgoingWords(context, annotation.title, write.key),
      message: outgoingWords(context, annotation.message, write.key),
    })),
  };
  const found = write.isRetry ? await findOwn(context, octokit, ref, write) : undefined;
  const knownId = found ?? write.knownId;
  const run = knownId === null ? await create(octokit, ref, guarded) : await update(octokit, ref, knownId, guarded, 0);
  for (let from = MAX_ANNOTATIONS; from < write.annotations.length; from += MAX_ANNOTATIONS) {
    await update(octokit, ref, Number(run.id), guarded, from);
  }
  const published = { id: Number(run.id), url: run.html_url ?? "", nodeId: run.node_id };
  return { ...published, isResent: write.isRetry && knownId === null };
}

async function create(octokit: GithubClient, ref: PullRequestRef, write: CheckRunWrite): Promise<Run> {
  const what = "Creating the check run";
  const { data } = await callGithub(what, () =>
    octokit.request("POST /repos/{owner}/{repo}/check-runs", {
      owner: ref.owner,
      repo: ref.repo,
      name: NAME,
      head_sha: write.headSha,
      external_id: write.key,
      ...body(write, 0),
    }),
  );
  return demandObject(what, data);
}

async function update(
  octokit: GithubClient,
  ref: PullRequestRef,
  id: number,
  write: CheckRunWrite,
  from: number,
): Promise<Run> {
  const what = "Updating the check run";
  const { data } = await callGithub(what, () =>
    octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
      owner: ref.owner,
      repo: ref.repo,
      check_run_id: id,
      ...body(write, from),
    }),
  );
  return demandObject(what, data);
}

function body(write: CheckRunWrite, from: number) {
  const annotations = write.annotations.slice(from, from + MAX_ANNOTATIONS).map((annotation) => ({
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
  }));
  return {
    status: write.status,
    ...(write.conclusion === null ? {} : { conclusion: write.conclusion }),
    ...(write.detailsUrl === null ? {} : { details_url: write.detailsUrl }),
    output: {
      title: write.title,
      summary: write.summary,
      ...(write.text === "" ? {} : { text: write.text }),
      ...(annotations.length === 0 ? {} : { annotations }),
    },
    actions: write.actions.map((action) => ({
      label: action.label,
      description: action.description,
      identifier: action.identifier,
    })),
  };
}

/** `external_id` cannot be searched for, so the runs of the commit are listed. Anybody's App can set it: ours count. */
async function findOwn(
  { botLogin }: Pick<WriteContext, "botLogin">,
  octokit: GithubClient,
  ref: PullRequestRef,
  write: CheckRunWrite,
): Promise<number | undefined> {
  const runs = await callGithub("Looking for the check run", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      owner: ref.owner,
      repo: ref.repo,
      ref: write.headSha,
      check_name: NAME,
      filter: "all",
      per_page: 100,
    }),
  );
  const own = runs.filter((run) => run.external_id === write.key && `${run.app?.slug}[bot]` === botLogin);
  const ids = own.map((run) => run.id).toSorted((a, b) => a - b);
  return await keepOldest(ids, (id) => retire(octokit, ref, id, write.key));
}

/**
 * Nobody can delete a check run. A second one gives its name away, so that no branch rule looks at it and the neutral end
 * lets nothing through, and its key, so that it is not found again.
 */
async function retire(octokit: GithubClient, ref: PullRequestRef, id: number, key: string): Promise<unknown> {
  return await callGithub("Retiring a second check run", () =>
    octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
      owner: ref.owner,
      repo: ref.repo,
      check_run_id: id,
      name: `${NAME} (duplicate)`,
      external_id: `${key}/duplicate-${id}`,
      status: "completed",
      conclusion: "neutral",
      output: {
        title: "Created twice; this one does not count",
        summary: `GitHub's answer got lost, so this check was created twice. The other check, ${NAME}, counts.`,
      },
    }),
  );
}
