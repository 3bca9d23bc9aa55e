// The plot: somebody opens a pull request, Rondo reviews it, the author pushes a fix, Rondo reviews again. Everything
// between those acts is read from the pull request and its state file.
import type { Double } from "../../../double/double.ts";
import type { PullRequest, Repository, User } from "../../../double/state.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PullRequestRecord } from "../../round/round.ts";
import { createNarrator } from "./narrate.ts";
import { BASE_FILES, CHANGE_FILES, FIX_FILES } from "./sample.ts";
import type { Stage } from "./stage.ts";

/** A repository to review: where it is, and the two commits. */
export type Given = { dir: string; name: string; headSha: string; baseSha: string };

/** What the story is told with. */
export type Telling = {
  stage: Stage;
  given: Given | null;
  say(who: string, text: string): void;
  timeoutMs: number;
  stopped: AbortSignal;
};

/** How the story ended. `ok`: the last round ended with a verdict. */
export type Told = {
  ok: boolean;
  rounds: number;
  state: string;
  headSha: string;
  comments: number;
  reviews: number;
  findings: number;
  url: string;
};

/** Tells the whole story; resolves when nothing is left to happen. */
export async function tellStory(telling: Telling): Promise<Told> {
  const { stage, given, say } = telling;
  const { double } = stage;
  const owner = double.createUser("corner-shop");
  const author = double.createUser("ada");
  const { repository, pull } =
    given === null ? await openSample(double, owner, author) : await openGiven(double, owner, author, given);
  const url = `${double.url}/${owner.login}/${repository.name}/pull/${pull.number}`;
  say("ada", `opens pull request #${pull.number} “${pull.title}” at ${pull.headSha.slice(0, 7)}`);
  const narrate = createNarrator(double, pull);
  const watch = (): Promise<PullRequestRecord> => untilSettled({ ...telling, owner, repository, pull, narrate });
  let record = await watch();
  if (given === null && record.state === "OWNER_ACTION") {
    await double.pushCommit(author, repository, {
      branch: pull.headRef,
      files: { ...FIX_FILES },
      message: "Fix what the review found",
    });
    say("ada", `pushes a fix: ${pull.headSha.slice(0, 7)}`);
    record = await watch();
  }
  const isAbout = (one: { repoId: number; number: number }): boolean =>
    one.repoId === pull.repoId && one.number === pull.number;
  const own = [...double.state.issueComments.values()].filter(isAbout);
  const hasVerdict = record.verdict === "APPROVE" || record.verdict === "REQUEST_CHANGES";
  return {
    ok:
      hasVerdict &&
      (record.state === "READY" || record.state === "OWNER_ACTION") &&
      (given !== null || record.state === "READY"),
    rounds: record.round,
    state: record.state,
    headSha: pull.headSha,
    comments: own.length,
    reviews: [...double.state.reviews.values()].filter(isAbout).length,
    findings: new Set(record.rounds.flatMap((round) => round.findings.map((finding) => finding.id))).size,
    url,
  };
}

type Opened = { repository: Repository; pull: PullRequest };

async function openSample(double: Double, owner: User, author: User): Promise<Opened> {
  const repository = await double.createRepository({ owner, name: "shop", files: { ...BASE_FILES } });
  double.setPermission(author, repository, "write");
  await double.installApp({ account: owner, repositories: "all" });
  await double.pushCommit(author, repository, {
    branch: "refunds",
    files: { ...CHANGE_FILES },
    message: "Add refunds and a nightly report",
  });
  const body = "Refunds for customers, and a report that runs at night.";
  return {
    repository,
    pull: await double.openPullRequest(author, repository, {
      title: "Add refunds and a nightly report",
      head: "refunds",
      body,
    }),
  };
}

/** The two commits of the given repository become the branches of a pull request; the repository itself is only read. */
async function openGiven(double: Double, owner: User, author: User, given: Given): Promise<Opened> {
  const repository = await double.createRepository({ owner, name: given.name, from: given.dir });
  double.setPermission(author, repository, "write");
  await double.installApp({ account: owner, repositories: "all" });
  await double.forcePush(author, repository, "main", given.baseSha);
  await double.forcePush(author, repository, "rondo-demo", given.headSha);
  const title = `${given.headSha.slice(0, 7)} against ${given.baseSha.slice(0, 7)}`;
  return {
    repository,
    pull: await double.openPullRequest(author, repository, { title, head: "rondo-demo", base: "main" }),
  };
}

type Watch = Telling & {
  owner: User;
  repository: Repository;
  pull: PullRequest;
  narrate: ReturnType<typeof createNarrator>;
};

/** Prints what happens until the head has its answer and nothing is under way any more. */
async function untilSettled(watch: Watch): Promise<PullRequestRecord> {
  const deadline = performance.now() + watch.timeoutMs;
  for (;;) {
    for (const line of watch.narrate()) watch.say(line.who, line.text);
    const record = await readRecord(watch);
    if (record !== null && isSettled(record, watch.pull.headSha)) {
      for (const line of watch.narrate()) watch.say(line.who, line.text);
      return record;
    }
    if (performance.now() > deadline || watch.stopped.aborted) {
      const where =
        record === null ? "no state file was written" : `it stands at ${record.state}, round ${record.round}`;
      watch.say(
        "demo",
        `the round did not end within ${watch.timeoutMs / 1000} s: ${where}. Logs: ${watch.stage.logDir}`,
      );
      if (record !== null) return { ...record, verdict: null };
      throw new Error("the pull request was never seen");
    }
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

function isSettled(record: PullRequestRecord, headSha: string): boolean {
  const isBusy = Object.values(record.effects).some(
    (entry) => entry.status === "pending" || entry.status === "intended",
  );
  const isRunning = ["INIT", "KICKOFF", "WAIT_FOR_BOTH_REVIEWS", "EVALUATE"].includes(record.state);
  return record.head_sha === headSha && !isBusy && !isRunning;
}

async function readRecord({ stage, owner, repository, pull }: Watch): Promise<PullRequestRecord | null> {
  const file = join(
    stage.dataDir,
    "state",
    owner.login.toLowerCase(),
    repository.name.toLowerCase(),
    `${pull.number}.json`,
  );
  const text = await readFile(file, "utf8").catch(() => null);
  return text === null ? null : PullRequestRecord.parse(JSON.parse(text));
}
