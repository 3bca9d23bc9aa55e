// The payload of the `push` event. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
import { ZERO_SHA } from "../git/bare-repository.ts";
import { readCommits } from "../git/commit-facts.ts";
import type { CommitFacts } from "../git/commit-facts.ts";
import { commitsBetween, diffFiles } from "../git/diff-files.ts";
import type { Repository, User } from "../state.ts";
import { findUserByEmail, fullName, isoTime } from "../world.ts";
import type { World } from "../world.ts";

/** `push` without the common fields (repository, sender, installation). */
export async function presentPushPayload(
  world: World,
  repository: Repository,
  pusher: User,
  update: { ref: string; before: string; after: string },
  isForced: boolean,
): Promise<Record<string, unknown>> {
  const isDeleted = update.after === ZERO_SHA;
  const isCreated = update.before === ZERO_SHA;
  const added =
    isDeleted || isCreated ? [] : (await commitsBetween(repository.gitDir, update.before, update.after)).slice(0, 2048);
  const shas = isDeleted ? added : [...added.filter((sha) => sha !== update.after), update.after];
  const commits = await Promise.all(
    (await readCommits(repository.gitDir, shas)).map((commit) => presentPushCommit(world, repository, commit)),
  );
  const html = `${world.url}/${fullName(world, repository)}`;
  return {
    ref: update.ref,
    before: update.before,
    after: update.after,
    pusher: { name: pusher.login, email: pusher.email },
    created: isCreated,
    deleted: isDeleted,
    forced: isForced,
    base_ref: null,
    compare: `${html}/compare/${update.before.slice(0, 12)}...${update.after.slice(0, 12)}`,
    commits: isCreated ? [] : commits,
    head_commit: commits.at(-1) ?? null,
  };
}

async function presentPushCommit(
  world: World,
  repository: Repository,
  commit: CommitFacts,
): Promise<Record<string, unknown>> {
  const [parent] = commit.parents;
  const files = parent === undefined ? [] : await diffFiles(repository.gitDir, parent, commit.sha);
  const person = (who: CommitFacts["author"]): Record<string, unknown> => {
    const user = findUserByEmail(world, who.email);
    return { name: who.name, email: who.email, ...(user === undefined ? {} : { username: user.login }) };
  };
  const paths = (status: string): string[] => files.filter((file) => file.status === status).map((file) => file.path);
  return {
    id: commit.sha,
    tree_id: commit.treeSha,
    distinct: true,
    message: commit.message,
    timestamp: isoTime(commit.committer.date),
    url: `${world.url}/${fullName(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: paths("added"),
    removed: paths("removed"),
    modified: [...paths("modified"), ...paths("renamed"), ...paths("changed")],
  };
}
