// What GitHub itself shows of the changed files: the truth about where it takes a comment.
// https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
import type { PullRequestRef } from "../pull-request.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";

/** GitHub lists at most 3,000 files, 100 a page. */
const MAX_PAGES = 30;

/** Hunks by path; a file without hunks (binary, too large, only renamed) or not in the list has no entry. Stops once all are seen. */
export async function fetchPatches(
  context: WriteContext,
  ref: PullRequestRef,
  paths: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const octokit = await context.client(ref.installationId);
  const found = new Map<string, string>();
  let missing = paths.size;
  for (let page = 1; page <= MAX_PAGES && missing > 0; page += 1) {
    const { data } = await callGithub("Reading the changed files", () =>
      octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
        owner: ref.owner,
        repo: ref.repo,
        pull_number: ref.number,
        per_page: 100,
        page,
      }),
    );
    for (const file of data.filter(({ filename }) => paths.has(filename))) {
      missing -= 1;
      if (file.patch !== undefined) found.set(file.filename, file.patch);
    }
    if (data.length < 100) break;
  }
  return found;
}
