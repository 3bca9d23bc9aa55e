// Two things at once: an answer got lost, and then the look for what was sent goes wrong too, or a person was faster than
// Rondo. What a person deleted stays deleted, and what others pasted is never taken for Rondo's own.
import type { Fault, FaultSubject } from "../../../double/faults.ts";
import * as presets from "../../../double/fault-presets.ts";
import type { IssueComment } from "../../../double/state.ts";
import { CREATIONS } from "../journal-facts.ts";
import { add, happen, type Place } from "./arrange.ts";
import { type CallClass, isFor } from "./calls.ts";
import type { Trouble } from "./troubles.ts";

const LOST: Fault = presets.badGatewayAfterEffect;
const isCreation = ({ name }: CallClass): boolean => kindOf(name) !== undefined;
const isComment = ({ name }: CallClass): boolean => kindOf(name) === "comment";

/** Troubles of two parts; their names are stable. */
export const DOUBLE_TROUBLES: readonly Trouble[] = [
  lookUp("502", presets.serverError),
  lookUp("reset", { kind: "reset", when: "after" }),
  lookUp("404", presets.missing),
  lookUp("401", presets.badCredentials),
  lookUp("429", presets.secondaryLimit(429, 2)),
  lookUp("cut JSON", { kind: "cutJson" }),
  lookUp("web page", { kind: "html" }),
  {
    name: "502 after, and a person pastes its marker",
    kind: "passes",
    fits: isComment,
    costs: 0,
    arrange(place) {
      happen(place, pasteAsPerson);
      add(place, LOST);
    },
  },
  {
    name: "502 before, and a marker with a foreign signature stands there",
    kind: "passes",
    fits: isComment,
    costs: 0,
    arrange(place) {
      happen(place, pasteAsBot);
      add(place, { kind: "status", when: "before", status: 502, body: { message: "Server Error" } });
    },
    after: takeForged,
  },
  {
    name: "deleted by a person",
    kind: "deletes",
    fits: ({ name }) => name.startsWith("PATCH ") && name.endsWith("/issues/comments/{comment_id}"),
    costs: 0,
    arrange: (place) => happen(place, deleteComment),
  },
];

function kindOf(name: string): keyof typeof CREATIONS | undefined {
  if (!name.startsWith("POST ")) return undefined;
  if (name.endsWith("/issues/{issue_number}/comments")) return "comment";
  if (name.endsWith("/pulls/{pull_number}/reviews")) return "review";
  if (name.endsWith("/replies")) return "reply";
  return name.endsWith("/check-runs") ? "check" : undefined;
}

/** The object is there and nobody was told; the first list that would show it goes wrong. */
function lookUp(name: string, fault: Fault): Trouble {
  return {
    name: `502 after, then its look-up ${name}`,
    kind: "passes",
    fits: isCreation,
    costs: 0,
    arrange(place) {
      const { story, scene, call, undo } = place;
      let isLost = false;
      happen(place, () => {
        isLost = true;
      });
      add(place, LOST);
      const kind = kindOf(call.name);
      if (kind === undefined) return;
      const { list } = CREATIONS[kind];
      const when = (subject: FaultSubject): boolean =>
        isLost && list.test(subject.path) && isFor(subject, scene, story.double);
      undo.push(story.double.faults.add({ match: { surface: "rest", method: "GET", when }, fault }));
    },
  };
}

/** A person copies what Rondo sends, its hidden line included, in the moment in which it is sent. */
function pasteAsPerson({ story: { double }, scene }: Place, call: FaultSubject): void {
  const pull = [...double.state.pullRequests.values()].find(({ repoId }) => repoId === scene.repo.id);
  if (pull !== undefined) void double.comment(scene.owner, pull, `I saw this:\n\n${lastLineOf(call)}`);
}

const FORGED = "written by the App, signed by nobody";

/** A comment of Rondo's own account with the right key and a wrong signature: a text that somebody made it write. */
function pasteAsBot({ story: { double }, scene }: Place, call: FaultSubject): void {
  const { state } = double;
  const pull = [...state.pullRequests.values()].find(({ repoId }) => repoId === scene.repo.id);
  if (pull === undefined) return;
  const id = 9_000_000_000 + pull.repoId;
  const body = `${FORGED}\n\n${lastLineOf(call).replace(/ [0-9a-f]{32} -->/, ` ${"0".repeat(32)} -->`)}`;
  const now = new Date();
  const at = { createdAt: now, updatedAt: now };
  const by = { authorId: state.app.botUserId, viaAppId: state.app.id };
  const where = { repoId: pull.repoId, number: pull.number };
  state.issueComments.set(id, { id, nodeId: `IC_${id}`, ...where, ...by, body, minimizedReason: null, ...at });
}

function takeForged({ story: { double }, scene }: Place): string[] {
  const { issueComments } = double.state;
  const id = 9_000_000_000 + scene.repo.id;
  const found = issueComments.get(id);
  issueComments.delete(id);
  if (found === undefined) return ["the comment with a foreign signature was deleted"];
  return found.body.startsWith(FORGED) ? [] : ["the comment with a foreign signature was taken for Rondo's own"];
}

function lastLineOf({ body }: FaultSubject): string {
  return /<!-- rondo:\S+ [0-9a-f]{32} -->/.exec(body.toString("utf8"))?.[0] ?? "";
}

function deleteComment({ story: { double }, scene }: Place, { path }: FaultSubject): void {
  const comment: IssueComment | undefined = double.state.issueComments.get(Number(/(\d+)$/.exec(path)?.[1]));
  if (comment !== undefined) void double.deleteComment(scene.owner, comment);
}
