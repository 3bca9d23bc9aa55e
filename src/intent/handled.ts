// What becomes of each intent today. The table is exhaustive by type: a new intent does not compile until somebody has
// said here whether it is acted on, so none can get lost between the webhook and the state machine without a word.
import type { Intent } from "./intent.ts";

/** `acted on`: a step handles it. `notYet`: it is read, logged with this reason and dropped. */
export const HANDLED: Record<Intent["kind"], "acted on" | { notYet: string }> = {
  opened: "acted on",
  headMoved: "acted on",
  baseChanged: "acted on",
  convertedToDraft: "acted on",
  closed: "acted on",
  labeled: "acted on",
  commentCreated: "acted on",
  checkRerequested: "acted on",
  buttonPressed: "acted on",
  commentEdited: "acted on",
  objectRemoved: "acted on",
  threadChanged: "acted on",
  reviewSubmitted: { notYet: "other reviewers' reviews are not counted yet" },
  branchPushed: "acted on",
  mergeGroupRequested: "acted on",
  repositoryMoved: "acted on",
  installationChanged: "acted on",
};
