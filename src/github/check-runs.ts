// The check run `Rondo`: created once per effect key, updated afterwards. GitHub takes 50 annotations a request and
// appends them, so they are sent once, with the conclusion. https://docs.github.com/en/rest/checks/runs
import type { CheckRunWrite, Published } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { goneOr } from "./comments.ts";
import { callGithub } from "./errors.ts";
import { outgoingText, outgoingWords } from "./outgoing.ts";
import type { WriteContext } from "./publisher.ts";

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
  const knownId = write.knownId ?? (write.isRetry ? await findOwn(octokit, ref, write) : null);
  const run = knownId === null ? await create(octokit, ref, guarded) : await update(octokit, ref, knownId, guarded, 0);
  for (let from = MAX_ANNOTATIONS; from < write.annotations.length; from += MAX_ANNOTATIONS) {
    await update(octokit, ref, Number(run.id), guarded, from);
  }
  return { id: Number(run.id), url: run.html_url ?? "", nodeId: run.node_id };
}

async function create(octokit: GithubClient, ref: PullRequestRef, write: CheckRunWrite): Promise<Run> {
  const { data } = await callGithub("Creating the check run", () =>
    octokit.request("POST /repos/{owner}/{repo}/check-runs", {
      owner: ref.owner,
      repo: ref.repo,
      name: NAME,
      head_sha: write.headSha,
      external_id: write.key,
      ...body(write, 0),
    }),
  );
  return data;
}

async function update(
  octokit: GithubClient,
  ref: PullRequestRef,
  id: number,
  write: CheckRunWrite,
  from: number,
): Promise<Run> {
  try {
    const { data } = await callGithub("Updating the check run", () =>
      octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
        owner: ref.owner,
        repo: ref.repo,
        check_run_id: id,
        ...body(write, from),
      }),
    );
    return data;
  } catch (error) {
    throw goneOr(error, "check run");
  }
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

/** `external_id` cannot be searched for, so the runs of the commit are listed. */
async function findOwn(octokit: GithubClient, ref: PullRequestRef, write: CheckRunWrite): Promise<number | null> {
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
  const own = runs.filter((run) => run.external_id === write.key).map((run) => run.id);
  return own.length === 0 ? null : Math.min(...own);
}
