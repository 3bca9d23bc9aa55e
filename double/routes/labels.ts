// Labels and lock of a pull request, under its issue address. https://docs.github.com/en/rest/issues/labels
import { addLabels, removeLabel } from "../actions/labels.ts";
import { lockPullRequest } from "../actions/pull-requests.ts";
import { ApiError } from "../api-error.ts";
import { paged } from "../paginate.ts";
import { presentIssue } from "../present/issue.ts";
import { presentLabelsOf } from "../present/label.ts";
import { optionalStrings, optionalWord } from "../read-body.ts";
import type { Call, Need, Reply, Route } from "../route.ts";

const ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}";
const READ: Need[] = ["issues:read", "pull_requests:read"];
const WRITE: Need[] = ["issues:write", "pull_requests:write"];

/** `/issues/{issue_number}` with labels and lock. */
export const labelRoutes: Route[] = [
  {
    method: "GET",
    path: ISSUE,
    access: READ,
    handle: (call) => ({ status: 200, body: presentIssue(call.world, call.pull()) }),
  },
  {
    method: "GET",
    path: `${ISSUE}/labels`,
    access: READ,
    handle: (call) => paged(call, labelsOf(call), (label) => label),
  },
  { method: "POST", path: `${ISSUE}/labels`, access: WRITE, handle: add },
  { method: "DELETE", path: `${ISSUE}/labels/{name}`, access: WRITE, handle: remove },
  { method: "PUT", path: `${ISSUE}/lock`, access: WRITE, handle: (call) => lock(call, true) },
  { method: "DELETE", path: `${ISSUE}/lock`, access: WRITE, handle: (call) => lock(call, false) },
];

function labelsOf(call: Call): Record<string, unknown>[] {
  return presentLabelsOf(call.world, call.repository(), call.pull());
}

async function add(call: Call): Promise<Reply> {
  await addLabels(call.world, call.writer(), call.pull(), optionalStrings(call.body, "labels") ?? []);
  return { status: 200, body: labelsOf(call) };
}

async function remove(call: Call): Promise<Reply> {
  const wasThere = await removeLabel(call.world, call.writer(), call.pull(), call.params["name"] ?? "");
  if (!wasThere) throw new ApiError(404, "Label does not exist");
  return { status: 200, body: labelsOf(call) };
}

async function lock(call: Call, isLocked: boolean): Promise<Reply> {
  const reason = optionalWord(call.body, "lock_reason", ["off-topic", "too heated", "resolved", "spam"]);
  await lockPullRequest(call.world, call.writer(), call.pull(), { isLocked, reason: reason ?? null });
  return { status: 204 };
}
