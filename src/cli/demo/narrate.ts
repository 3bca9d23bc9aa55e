// Tells what happens on the pull request, as it happens: reads the double's events and turns the ones a person would
// notice into one line each, with the time since the start.
import type { Double } from "../../../double/double.ts";
import type { CheckRun, IssueComment, PullRequest, Review } from "../../../double/state.ts";

/** One line of the story. */
export type Line = { who: string; text: string };

/** Reads what is new since the last call. */
export function createNarrator(double: Double, pull: PullRequest): () => Line[] {
  const comments = new Map<number, string>();
  const checks = new Map<number, string>();
  const reviews = new Set<number>();
  const isHere = (one: { repoId: number; number: number }): boolean =>
    one.repoId === pull.repoId && one.number === pull.number;
  return () => [
    ...[...double.state.checkRuns.values()]
      .filter((run) => run.repoId === pull.repoId)
      .flatMap((run) => told(checks, run.id, checkLine(run))),
    ...[...double.state.reviews.values()]
      .filter((review) => isHere(review) && !reviews.has(review.id))
      .flatMap((review) => {
        reviews.add(review.id);
        return reviewLines(double, review);
      }),
    ...[...double.state.issueComments.values()]
      .filter(isHere)
      .flatMap((comment) => told(comments, comment.id, commentLine(comment))),
  ];
}

/** A line that is told when it differs from what was last told about the same object. */
function told(known: Map<number, string>, id: number, text: string): Line[] {
  if (known.get(id) === text) return [];
  known.set(id, text);
  return [{ who: "rondo", text }];
}

function checkLine(run: CheckRun): string {
  const state = run.conclusion ?? run.status.replace("_", " ");
  return `check on ${run.headSha.slice(0, 7)}: ${state} (${run.output.title ?? ""})`;
}

function commentLine(comment: IssueComment): string {
  const lines = comment.body.split("\n").filter((line) => line.trim() !== "");
  const first = (lines[0] ?? "").replace(/^[#>\s]+/, "");
  const second = (lines[1] ?? "").replaceAll("**", "");
  const isRound = first.endsWith(" -- RESULT");
  return isRound ? `comment: ${first}\n${second}` : `comment: ${first.replaceAll("**", "")}`;
}

function reviewLines(double: Double, review: Review): Line[] {
  const inline = [...double.state.reviewComments.values()].filter((comment) => comment.reviewId === review.id);
  const title = `review on ${review.commitSha.slice(0, 7)} with ${inline.length} inline ${inline.length === 1 ? "comment" : "comments"}`;
  const places = inline.map((comment) => {
    const first = (comment.body.split("\n")[0] ?? "")
      .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
      .replace(/<\/?sub>/g, "")
      .replace(/[*\\]/g, "")
      .trim();
    return `  ${first} — ${comment.path}:${comment.original.line ?? ""}`;
  });
  return [{ who: "rondo", text: [title, ...places].join("\n") }];
}
