// `pull_request` webhooks: opened, pushed, retargeted, drafted, labelled, closed.
// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
import type { Ignored, Intent } from "./intent.ts";
import type { Payload } from "./payload.ts";
import { pullRequestOf, unusedAction } from "./payload-parts.ts";

/** Reads one `pull_request` payload. Titles and descriptions never start anything, so `edited` matters only for the base. */
export function readPullRequest(payload: Payload<"pull_request">): Intent | Ignored {
  const about = pullRequestOf(payload, payload.pull_request?.number);
  if ("ignored" in about) return about;
  switch (payload.action) {
    case "opened":
    case "reopened":
    case "ready_for_review":
      return { kind: "opened", action: payload.action, ...about };
    case "synchronize": {
      const headSha = payload.pull_request?.head?.sha;
      return headSha === undefined
        ? { ignored: "the payload names no head commit" }
        : { kind: "headMoved", headSha, ...about };
    }
    case "edited":
      return payload.changes?.base
        ? { kind: "baseChanged", ...about }
        : { ignored: "the title or description was edited, not the base" };
    case "converted_to_draft":
      return { kind: "convertedToDraft", ...about };
    case "closed":
      return { kind: "closed", isMerged: payload.pull_request?.merged ?? false, ...about };
    case "labeled":
      return payload.label === undefined
        ? { ignored: "the payload names no label" }
        : { kind: "labeled", label: payload.label.name, ...about };
    case undefined:
    default:
      return unusedAction("pull_request", payload.action);
  }
}
