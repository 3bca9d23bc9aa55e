// Comments that no webhook told of. The look around reads what was written since the last one, a few pages a repository,
// and hands on what may be a command; one that acted already is known by its id in the state file.
import type { Intent } from "../intent/intent.ts";
import { mayHoldCommand } from "../intent/may-hold-command.ts";
import type { ListedComment } from "../ports.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import type { Known } from "./known-pull-requests.ts";

/** Pages of 100 that one look reads of each list; what is behind them waits for the next. */
const MOST_PAGES = 3;
const SOURCES = ["issue_comment", "review_comment"] as const;

type Lost = Extract<Intent, { kind: "commentCreated" }>;
type Needs = Pick<Deps, "repositories" | "cursors" | "clock">;

/**
 * Comments of one repository's known pull requests that may be commands and did not act yet. `keep` moves the cursor on; call
 * it when they were dealt with. The first look at a repository only remembers the time.
 */
export async function findLostComments(
  known: readonly Known[],
  deps: Needs,
): Promise<{ lost: readonly Lost[]; keep(): Promise<void> }> {
  const [first] = known;
  if (first === undefined) return { lost: [], keep: async () => {} };
  const { repoId } = first.ref;
  const now = deps.clock.now().toISOString();
  const cursor = await deps.cursors.read(repoId);
  if (cursor === null)
    return { lost: [], keep: () => deps.cursors.write(repoId, { issue_comment: now, review_comment: now }) };
  const next = { ...cursor };
  const lost: Lost[] = [];
  for (const source of SOURCES) {
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const comments = await deps.repositories.listComments(first.ref, source, cursor[source], page);
      for (const comment of comments) {
        const pull = known.find(({ ref }) => ref.number === comment.number);
        if (pull !== undefined && isNews(comment, pull.record)) lost.push(intentOf(pull, source, comment));
      }
      next[source] = comments.at(-1)?.updatedAt ?? next[source];
      if (comments.length < 100) break;
    }
  }
  const isMoved = SOURCES.some((source) => next[source] !== cursor[source]);
  return { lost, keep: async () => (isMoved ? await deps.cursors.write(repoId, next) : undefined) };
}

function isNews(comment: ListedComment, record: PullRequestRecord): boolean {
  if (comment.authorIsBot || comment.updatedAt !== comment.createdAt) return false;
  return !record.seen_comments.includes(comment.id) && (comment.isReply || mayHoldCommand(comment.body));
}

function intentOf(pull: Known, source: Lost["source"], comment: ListedComment): Lost {
  return {
    kind: "commentCreated",
    pr: pull.ref,
    actor: comment.author,
    actorIsBot: false,
    source,
    commentId: comment.id,
  };
}
