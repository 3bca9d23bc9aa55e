// What a person sees on a pull request of the double, in the words of the stories.
import type { Double } from "../../double/double.ts";
import type { CheckRun, IssueComment, PullRequest, Reaction, Review, ReviewComment } from "../../double/state.ts";

/** One look at the page. Lists are oldest first. */
export type Page = {
  comments: IssueComment[];
  /** Rondo's own comments. */
  own: IssueComment[];
  /** First lines of Rondo's own comments, without heading marks. */
  titles: string[];
  reviews: Review[];
  inline: ReviewComment[];
  checks: CheckRun[];
  /** The newest check run on the head. */
  check: CheckRun | undefined;
  /** Contents of Rondo's reactions on the pull request itself. */
  reactions: string[];
  /** The same for one comment. */
  reactionsOn: (comment: { id: number }) => string[];
};

export function pageOf(double: Double, pull: PullRequest): Page {
  const { state } = double;
  const isHere = (one: { repoId: number; number: number }): boolean =>
    one.repoId === pull.repoId && one.number === pull.number;
  const comments = [...state.issueComments.values()].filter(isHere);
  const own = comments.filter((one) => one.viaAppId === state.app.id);
  const checks = [...state.checkRuns.values()].filter((one) => one.repoId === pull.repoId);
  const ours = [...state.reactions.values()].filter((one) => one.userId === state.app.botUserId);
  const contents = (kind: Reaction["subject"]["kind"], id: number): string[] =>
    ours.filter(({ subject }) => subject.kind === kind && subject.id === id).map(({ content }) => content);
  return {
    comments,
    own,
    titles: own.map(({ body }) => firstLine(body)),
    reviews: [...state.reviews.values()].filter(isHere),
    inline: [...state.reviewComments.values()].filter(isHere),
    checks,
    check: checks.filter((one) => one.headSha === pull.headSha).toSorted((a, b) => b.id - a.id)[0],
    reactions: contents("issue", pull.issueId),
    reactionsOn: ({ id }) => contents("issueComment", id),
  };
}

/** The first line of a body without heading marks. */
export function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").replace(/^#+ /, "");
}
