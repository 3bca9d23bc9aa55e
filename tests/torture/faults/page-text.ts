// What stands on a pull request in the end, as one text without times, ids and commits: two stories that ended alike have
// the same text.
import type { CheckRun } from "../../../double/state.ts";
import { pageOf } from "../../support/story-page.ts";
import type { Story } from "../../support/story.ts";
import type { Scene } from "./play.ts";

/** The whole page: Rondo's comments, reviews, inline comments, replies, check runs, reactions and what is folded away. */
export function pageText({ double }: Story, scene: Scene): string {
  const { pull, command, commits } = scene;
  const page = pageOf(double, pull);
  const { botUserId } = double.state.app;
  const own = page.inline.filter(({ authorId }) => authorId === botUserId);
  const reviews = page.reviews.filter(({ authorId, id }) => authorId === botUserId && !isContainer(id, own));
  const parts = [
    ...page.own.map((one) => `comment${one.minimizedReason === null ? "" : " (folded away)"}\n${one.body}`),
    ...reviews.map((one) => `review ${one.state} of ${one.commitSha}\n${one.body}`),
    ...own.map(
      (one) => `${one.inReplyToId === null ? "inline" : "reply"} ${one.path}:${one.original.line}\n${one.body}`,
    ),
    ...page.checks.map(checkText),
    `reactions ${page.reactions.toSorted().join(" ")}`,
    `reactions on the command ${command === null ? "-" : page.reactionsOn(command).toSorted().join(" ")}`,
  ];
  return normalised(parts.join("\n\n====\n"), scene, commits);
}

/** A reply comes in a review without words of its own. */
function isContainer(reviewId: number, own: readonly { reviewId: number; inReplyToId: number | null }[]): boolean {
  const inside = own.filter((one) => one.reviewId === reviewId);
  return inside.length > 0 && inside.every(({ inReplyToId }) => inReplyToId !== null);
}

function checkText(run: CheckRun): string {
  const { title, summary, text } = run.output;
  // What is said beside it on a commit that is no head any more is about the moment in which it was written.
  if (title?.startsWith("superseded by")) return `check of ${run.headSha}: ${run.status} ${run.conclusion}\n${title}`;
  const actions = run.actions.map(({ identifier }) => identifier).join(" ");
  return `check of ${run.headSha}: ${run.status} ${run.conclusion}\n${title}\n${summary}\n${text}\n${run.annotations.length} annotations, ${actions}`;
}

function normalised(text: string, { owner }: Scene, commits: readonly string[]): string {
  let plain = text;
  for (const [index, sha] of commits.entries())
    plain = plain.replace(new RegExp(`${sha.slice(0, 7)}[0-9a-f]*`, "g"), `COMMIT${index}`);
  return (
    plain
      .replaceAll(owner.login, "OWNER")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "TIME")
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/g, "UUID")
      .replace(/\b[0-9a-f]{64}\b/g, "HASH")
      .replace(/ [0-9a-f]{32} -->/g, " MAC -->")
      .replace(/(r\d+\.\d+-[a-z]+-)[0-9a-f]{8}/g, "$1RUN")
      .replace(/\b\d{7,}\b/g, "ID")
      // The look around may hear of a push before its webhook does, and the words about an old round name the moment.
      .replace(/Trigger: (?:synchronize|reconcile)/g, "Trigger: push")
      .replace(/("state":")[A-Z_]+(","head":"COMMIT1")/g, "$1STATE$2")
      .replace(/Duration \(s\): [\d.]+/g, "Duration (s): DURATION")
      .replace(/\b(?:\d+ min )?\d+(?:\.\d+)? ?(?:ms|s|seconds?)\b/g, "DURATION")
  );
}
