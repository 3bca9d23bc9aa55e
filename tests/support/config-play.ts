// What an entry of config-keys.ts may do on the stage: act on a pull request of its own repository, wait until Rondo has
// heard of it and is done, and look at the page. Waiting goes by the worker's log, so that "nothing happened" is a fact.
import type { PullRequest, Repository } from "../../double/state.ts";
import { readProcessIdentity } from "../../src/store/process-identity.ts";
import { fileRounds } from "../../src/store/rounds.ts";
import { systemClock } from "../../src/system-clock.ts";
import type { Story } from "./story.ts";

export type ConfigPlay = Awaited<ReturnType<typeof startPlay>>;

let forks = 0;

/** A repository whose base branch has this file. `isSet`: the side with the key. */
export async function startPlay(story: Story, yaml: string, isSet: boolean) {
  const repo: Repository = await story.repository({ ".github/rondo.yml": yaml, "README.md": "# Sample\n" });
  // All keys at once, on a machine that has other work: slow is no failure.
  const until = (what: string, isTrue: () => boolean | Promise<boolean>) => story.until(what, isTrue, 150_000);
  const heard = (pull: PullRequest, intent: string): number =>
    deliveries(story).filter(
      (line) =>
        line.includes(`"intent":"${intent}"`) &&
        line.includes(`"repo":"${story.owner.login}/${repo.name}"`) &&
        line.includes(`"pr":${pull.number},`),
    ).length;

  /** Does something that is one delivery, and waits until the worker has dealt with it. */
  async function act<T>(pull: PullRequest, intent: string, deed: (on: Story) => Promise<T>): Promise<T> {
    const before = heard(pull, intent);
    const done = await deed(story);
    await until(`the worker hears of ${intent}`, () => heard(pull, intent) > before);
    return done;
  }

  /** Waits until nothing is left to do. */
  async function rest(pull: PullRequest): Promise<void> {
    await until(`rest of ${repo.name}#${pull.number}`, async () => {
      const record = await story.record(pull);
      if (record === null) return true;
      if (BUSY.has(record.state)) return false;
      return Object.values(record.effects).every(({ status }) => status === "done" || status === "abandoned");
    });
  }

  return {
    story,
    repo,
    isSet,
    act,
    rest,
    until,
    page: story.page,
    async open(files: Record<string, string>, more: { draft?: boolean; title?: string } = {}): Promise<PullRequest> {
      const pull = await story.open(repo, files, more);
      await until("the worker hears of it", () => heard(pull, "opened") > 0);
      return pull;
    },
    async openFromFork(files: Record<string, string>): Promise<PullRequest> {
      forks += 1;
      const stranger = story.double.createUser(`passer-by-${forks}`);
      const fork = await story.double.createFork(stranger, repo);
      await story.double.pushCommit(stranger, fork, { branch: "topic", files });
      const draft = { title: "A gift", head: "topic", headRepository: fork };
      const pull = await story.double.openPullRequest(stranger, repo, draft);
      await until("the worker hears of it", () => heard(pull, "opened") > 0);
      return pull;
    },
    /** Pushes once the round in hand is over. */
    async push(pull: PullRequest, files: Record<string, string>): Promise<void> {
      await rest(pull);
      await act(pull, "headMoved", async () => await story.push(pull, files));
    },
    comment: async (pull: PullRequest, body: string) =>
      await act(pull, "commentCreated", async ({ double, author }) => await double.comment(author, pull, body)),
    async moveBase(): Promise<void> {
      const name = `"repo":"${story.owner.login}/${repo.name}"`;
      const news = (): number =>
        deliveries(story).filter((line) => line.includes('"intent":"branchPushed"') && line.includes(name)).length;
      const before = news();
      await story.double.pushCommit(story.owner, repo, { branch: "main", files: { "base.txt": "moved\n" } });
      await until("the worker hears of the base", () => news() > before);
    },
    /** As if its rounds had started so many minutes earlier. Nothing may be going on. */
    async makeOlder(pull: PullRequest, minutes: number): Promise<void> {
      const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
      const { dataDir, owner } = story;
      const rounds = fileRounds({ dataDir, clock: systemClock, log: silent, identity: readProcessIdentity() });
      const known = await story.record(pull);
      const ref = { owner: owner.login, repo: repo.name, repoId: repo.id, number: pull.number };
      const earlier = (iso: string): string => new Date(Date.parse(iso) - minutes * 60_000).toISOString();
      await rounds.update({ ...ref, installationId: known?.installation_id ?? 0 }, (record) => ({
        record: { ...record, rounds: record.rounds.map((one) => ({ ...one, started_at: earlier(one.started_at) })) },
        event: { kind: "test", detail: {} },
      }));
    },
    /** How long the round waits for other bots, from its own plan. */
    async waitMinutes(pull: PullRequest): Promise<number> {
      let deadline: string | null | undefined;
      await until("the wait", async () => {
        const record = await story.record(pull);
        deadline = Object.values(record?.effects ?? {}).find(({ effect }) => effect.kind === "deadline")?.not_before;
        return typeof deadline === "string";
      });
      return Math.round((Date.parse(deadline ?? "") - Date.now()) / 60_000);
    },
  };
}

const BUSY: ReadonlySet<string> = new Set(["KICKOFF", "WAIT_FOR_BOTH_REVIEWS", "EVALUATE"]);

const read = new WeakMap<Story, { length: number; rest: string; lines: string[] }>();

/** The worker's lines about deliveries; each part of its output is looked at once. */
function deliveries(story: Story): readonly string[] {
  const known = read.get(story) ?? { length: 0, rest: "", lines: [] };
  const text = story.workers[0]?.stdout() ?? "";
  const parts = `${known.rest}${text.slice(known.length)}`.split("\n");
  const rest = parts.pop() ?? "";
  known.lines.push(...parts.filter((line) => line.includes('"msg":"Delivery"')));
  read.set(story, { length: text.length, rest, lines: known.lines });
  return known.lines;
}
