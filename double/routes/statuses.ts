// Commit statuses. https://docs.github.com/en/rest/commits/statuses
import { combine, createStatus, statusesOf } from "../actions/statuses.ts";
import { notFound, validationFailed } from "../api-error.ts";
import { resolveCommit } from "../git/bare-repository.ts";
import { paged } from "../paginate.ts";
import { presentStatus } from "../present/checks.ts";
import { presentRepository } from "../present/repository.ts";
import { presentUserId } from "../present/user.ts";
import { optionalString, optionalWord } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { CommitStatus } from "../state.ts";
import { apiUrl, fullName } from "../world.ts";

/** `/statuses/{sha}`, `/commits/{ref}/status`, `/commits/{ref}/statuses`. */
export const statusRoutes: Route[] = [
  { method: "POST", path: "/repos/{owner}/{repo}/statuses/{sha}", access: ["statuses:write"], handle: create },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/status", access: ["statuses:read"], handle: combined },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/statuses", access: ["statuses:read"], handle: list },
];

function present(call: Call, status: CommitStatus): Record<string, unknown> {
  return {
    ...presentStatus(call.world, call.repository(), status),
    creator: presentUserId(call.world, status.creatorId),
  };
}

async function create(call: Call): Promise<Reply> {
  const { world, body } = call;
  const state = optionalWord(body, "state", ["error", "failure", "pending", "success"]);
  const sha = await resolveCommit(call.repository().gitDir, call.params["sha"] ?? "");
  if (state === undefined || sha === undefined)
    throw validationFailed("Status", state === undefined ? "state" : "sha", "invalid");
  const status = await createStatus(world, call.writer(), call.repository(), {
    sha,
    state,
    context: optionalString(body, "context") ?? "default",
    description: optionalString(body, "description") ?? null,
    targetUrl: optionalString(body, "target_url") ?? null,
  });
  return { status: 201, body: present(call, status) };
}

async function shaOf(call: Call): Promise<string> {
  const sha = await resolveCommit(call.repository().gitDir, call.params["ref"] ?? "");
  if (sha === undefined) throw notFound();
  return sha;
}

async function combined(call: Call): Promise<Reply> {
  const sha = await shaOf(call);
  const repository = call.repository();
  const { state, statuses } = combine(call.world, repository, sha);
  const commit = `${apiUrl(call.world)}/repos/${fullName(call.world, repository)}/commits/${sha}`;
  return paged(
    call,
    statuses,
    (status) => status,
    (page, total) => ({
      state,
      statuses: page,
      sha,
      total_count: total,
      repository: presentRepository(call.world, repository),
      commit_url: commit,
      url: `${commit}/status`,
    }),
  );
}

async function list(call: Call): Promise<Reply> {
  const sha = await shaOf(call);
  return paged(call, statusesOf(call.world, call.repository(), sha), (status) => present(call, status));
}
