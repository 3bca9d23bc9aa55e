// The story that every cell plays: two rounds with everything a round does. Blockers on a pull request, a decision by
// command (permission and configuration are read, a reply is posted), a push that fixes them, READY. Each pull request has an
// owner, a repository and an installation of its own, so that a fault meets nobody else.
import { join } from "node:path";
import type { IssueComment, PullRequest, Repository, User } from "../../../double/state.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { statesIn } from "../../support/state-files.ts";
import type { Story } from "../../support/story.ts";

/** One pull request, and everything around it that is its own. */
export type Scene = {
  owner: User;
  installationId: number;
  repo: Repository;
  pull: PullRequest;
  /** The decision by command, once it was written. */
  command: IssueComment | null;
  /** Commits in the order in which they came. */
  commits: string[];
};

const BUGS = { "a.ts": "one(); // BUG(P1): Close the file\ntwo(); // BUG(P2): Free the lock\n" };
const FIXED = { "a.ts": "one();\ntwo();\n" };

/** Builds the scene of one story and has the branch pushed. Nothing is asked of Rondo yet. */
export async function setScene(story: Story, name: string): Promise<Omit<Scene, "pull">> {
  const { double, author } = story;
  const owner = double.createUser(name);
  const { id } = await double.installApp({ account: owner, repositories: "all" });
  const files = { ".github/rondo.yml": "max_rounds: 5\n" };
  const repo = await double.createRepository({ owner, name: "app", files });
  double.setPermission(author, repo, "write");
  await double.pushCommit(author, repo, { branch: "change", files: BUGS });
  return { owner, installationId: id, repo, command: null, commits: [] };
}

/** How long a story may take; what lasts since `lastsSince` (null: nothing does) is judged when nothing moves any more. */
export type Patience = { limitMs: number; lastsSince(): number | null };

/** Plays the story; resolves when nothing is due any more. Rejects when it does not get on, unless trouble lasts. */
export async function playStory(story: Story, set: Omit<Scene, "pull">, patience: Patience): Promise<Scene> {
  const { double, author } = story;
  const pull = await double.openPullRequest(author, set.repo, { title: "A change", head: "change" });
  const scene: Scene = { ...set, pull, commits: [pull.baseSha, pull.headSha] };
  const wait = newWatch(story, scene, patience);
  if (!(await wait("blockers", (now, isAtRest) => isAtRest && now.state === "OWNER_ACTION"))) return scene;
  scene.command = await double.comment(scene.owner, pull, "@codex dispute RD-2: `a.ts` frees it elsewhere");
  if (!(await wait("the decision", (now, isAtRest) => isAtRest && isAnswered(now)))) return scene;
  await double.pushCommit(author, scene.repo, { branch: "change", files: FIXED });
  scene.commits.push(pull.headSha);
  await wait("READY", (now, isAtRest) => isAtRest && now.state === "READY" && now.head_sha === pull.headSha);
  return scene;
}

/** Waits for one moment of a story after the other. False: trouble lasts, and nothing moves any more. */
export type Watch = (what: string, isTrue: (now: PullRequestRecord, isAtRest: boolean) => boolean) => Promise<boolean>;

/** Without a call and without a change of the state file for so long, nothing is to be expected while trouble lasts. */
const QUIET_MS = { resting: 4000, working: 15_000 };

/** A look at the state file ten times a second; rejects when the patience is over. */
export function newWatch(story: Story, scene: Scene, { limitMs, lastsSince }: Patience): Watch {
  const deadline = Date.now() + limitMs;
  const read = statesIn(join(story.dataDir, "state", scene.owner.login));
  const calls = callsOf(story, scene);
  const record = async (): Promise<PullRequestRecord | null> => {
    const text = (await read(scene.pull))?.text;
    return text === undefined ? null : readRecord(text);
  };
  return async (what, isTrue) => {
    for (let quietSince = Date.now(), seen = ""; ;) {
      const now = await record().catch(() => null);
      const resting = now !== null && isAtRest(now);
      if (now !== null && isTrue(now, resting)) return true;
      const moved = `${now?.rev} ${calls()}`;
      if (moved !== seen) [quietSince, seen] = [Date.now(), moved];
      const since = lastsSince();
      const quietMs = resting ? QUIET_MS.resting : QUIET_MS.working;
      if (since !== null && Date.now() - Math.max(since, quietSince) > quietMs) return false;
      if (Date.now() > deadline) throw new Error(`never came: ${what}\n${describe(now)}\n${logOf(story, scene)}`);
      await new Promise((wake) => setTimeout(wake, 100));
    }
  };
}

/** Log lines of the workers that name the pull request. */
export function logOf({ workers }: Story, { owner, repo, pull }: Pick<Scene, "owner" | "repo" | "pull">): string {
  const names = [
    `"${owner.login}/${repo.name}#${pull.number}"`,
    `"repo":"${owner.login}/${repo.name}"`,
    `/${pull.repoId}/`,
  ];
  const lines = workers.flatMap((worker) => worker.stdout().split("\n"));
  return lines
    .filter((line) => names.some((name) => line.includes(name)) || line.includes(`"${owner.login}/`))
    .join("\n");
}

function isAtRest({ effects, pending }: PullRequestRecord): boolean {
  const isOver = Object.values(effects).every(({ status }) => status === "done" || status === "abandoned");
  return isOver && pending === null;
}

function isAnswered({ effects }: PullRequestRecord): boolean {
  const of = (kind: string): boolean => Object.values(effects).some(({ effect }) => effect.kind === kind);
  return of("answer");
}

/** Counts the calls about the scene; each look reads only what came since the last. */
function callsOf({ double: { journal } }: Story, { owner }: Pick<Scene, "owner">): () => number {
  let [from, count] = [journal.entries.length, 0];
  return () => {
    for (; from < journal.entries.length; from += 1)
      if (journal.entries[from]?.path.includes(`/${owner.login}/`) === true) count += 1;
    return count;
  };
}

function readRecord(text: string): PullRequestRecord {
  const record: PullRequestRecord = JSON.parse(text);
  return record;
}

function describe(now: PullRequestRecord | null): string {
  if (now === null) return "there is no state file";
  const open = Object.values(now.effects).filter(({ status }) => status !== "done");
  const each = open.map(
    ({ effect, status, tries, not_before: at, note }) =>
      `${effect.kind} ${effect.round} ${status} ${tries} ${at} ${note}`,
  );
  return `it stands at ${now.state} round ${now.round}: ${each.join("; ")}`;
}
