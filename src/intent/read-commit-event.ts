// Webhooks about commits rather than one pull request: check runs and suites, branch pushes, merge queue groups.
// GitHub sends `rerequested` and `requested_action` only to the App that owns the check.
// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
import type { Ignored, Intent } from "./intent.ts";
import type { Payload } from "./payload.ts";
import { actorOf, repositoryOf, unusedAction } from "./payload-parts.ts";

/** Reads one `check_run` payload: "Re-run" and the three buttons. */
export function readCheckRun(payload: Payload<"check_run">): Intent | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  const check = payload.check_run;
  if (check === undefined) return { ignored: "the payload names no check run" };
  const about = { repo, headSha: check.head_sha, externalId: check.external_id || null, ...actorOf(payload) };
  if (payload.action === "rerequested") return { kind: "checkRerequested", ...about };
  if (payload.action !== "requested_action") return unusedAction("check_run", payload.action);
  const identifier = payload.requested_action?.identifier;
  return identifier === undefined
    ? { ignored: "the payload names no button" }
    : { kind: "buttonPressed", identifier, ...about };
}

/** Reads one `check_suite` payload: "Re-run all checks". */
export function readCheckSuite(payload: Payload<"check_suite">): Intent | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  if (payload.action !== "rerequested") return unusedAction("check_suite", payload.action);
  if (payload.check_suite === undefined) return { ignored: "the payload names no check suite" };
  return {
    kind: "checkRerequested",
    repo,
    headSha: payload.check_suite.head_sha,
    externalId: null,
    ...actorOf(payload),
  };
}

/** Reads one `push` payload: only a branch that moved can be the base of a pull request. `ref` loses `refs/heads/`. */
export function readPush(payload: Payload<"push">): Intent | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  const branch = payload.ref?.startsWith("refs/heads/") === true ? payload.ref.slice("refs/heads/".length) : undefined;
  if (branch === undefined) return { ignored: "the push is not to a branch" };
  if (payload.deleted === true) return { ignored: "the branch was deleted" };
  if (payload.after === undefined) return { ignored: "the payload names no commit" };
  return { kind: "branchPushed", repo, ref: branch, headSha: payload.after };
}

/** Reads one `merge_group` payload. */
export function readMergeGroup(payload: Payload<"merge_group">): Intent | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  if (payload.action !== "checks_requested") return unusedAction("merge_group", payload.action);
  if (payload.merge_group === undefined) return { ignored: "the payload names no merge group" };
  return {
    kind: "mergeGroupRequested",
    repo,
    headSha: payload.merge_group.head_sha,
    headRef: payload.merge_group.head_ref,
  };
}
