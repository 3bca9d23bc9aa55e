// The look around that heals what webhooks and queue lost.
import { describe, expect, it } from "vitest";
import type { LivePullRequest } from "../../../src/ports.ts";
import type { PullRequestRef } from "../../../src/pull-request.ts";
import { saysOf, type Weighed } from "../../../src/report/shared-head.ts";
import type { Shown } from "../../../src/round/effect-record.ts";
import { checkOn } from "../../../src/round/shared-head.ts";
import { newRecord, type PullRequestRecord } from "../../../src/round/round.ts";
import type { RoundEvent } from "../../../src/round/event.ts";
import { transition } from "../../../src/round/transition.ts";
import { reconcile } from "../../../src/steps/reconcile.ts";
import { sha } from "../../support/history.ts";
import { livePullRequest } from "../../support/live-pull-request.ts";

const ref = (number: number): PullRequestRef => ({ installationId: 1, repoId: 7, owner: "octo", repo: "app", number });
const AT = "2026-01-01T00:00:00Z";

/** A record whose first round waits to start, or whose effects are all done. */
function record(number: number, head: number, isDone: boolean): PullRequestRecord {
  const trigger = { kind: "opened" as const, actor: "ada", delivery: `d-${number}`, comment: null, focus: null };
  const heads = { headSha: sha(head), baseRef: "main", baseSha: sha(99) };
  const event: RoundEvent = {
    kind: "opened",
    at: AT,
    heads,
    isDraft: false,
    isReopened: false,
    trigger,
    skipComment: true,
    debounceMs: 0,
  };
  const opened = transition(newRecord(ref(number)), event).record;
  if (!isDone) return opened;
  const effects = Object.fromEntries(
    Object.entries(opened.effects).map(([key, entry]) => [key, { ...entry, status: "done" as const }]),
  );
  return { ...opened, effects };
}

/** The same with a check that was written and shows this. */
function withShown(record: PullRequestRecord, shown: Shown["weighed"], unknown: number[] = []): PullRequestRecord {
  const effects = Object.fromEntries(
    Object.entries(record.effects).map(([key, entry]) => [
      key,
      entry.effect.kind === "check"
        ? { ...entry, id: 5, shown: { conclusion: null, annotations: 0, weighed: shown, unknown } }
        : entry,
    ]),
  );
  return { ...record, effects };
}

function checkKey(one: PullRequestRecord): string {
  return checkOn(one, sha(1))?.key ?? "none";
}

function weighed(one: PullRequestRecord): Weighed {
  const status = { status: "queued" as const, conclusion: null, title: `Round 1 queued for ${sha(1).slice(0, 7)}` };
  return { pr: one.pr, base: one.base_ref, status };
}

const INSTALLATION: Parameters<typeof reconcile>[0]["installation"] = {
  version: "0.0.0",
  publicUrl: null,
  serverUrl: "https://github.com",
  botLogin: "rondo[bot]",
  appSlug: "rondo",
  reviewTimeoutMs: 1,
  maxOutputBytes: 1,
  staleReadMs: [],
  serverConfig: undefined,
  serverLayer: undefined,
  settleMs: 1,
  busyMs: 1,
  lookMs: 1,
  debounceMs: null,
  recoveryCap: 3,
};

function stage(
  records: Record<number, PullRequestRecord | Error>,
  onGithub: { open: LivePullRequest[]; closed?: LivePullRequest[] } | Error,
) {
  const woken: number[] = [];
  const calls: string[] = [];
  const logged: string[] = [];
  const answer = () => {
    if (onGithub instanceof Error) throw onGithub;
    return onGithub;
  };
  const deps: Parameters<typeof reconcile>[0] = {
    rounds: {
      list: async () => Object.keys(records).map((number) => ref(Number(number))),
      load: async ({ number }) => {
        const found = records[number];
        if (found instanceof Error) throw found;
        return found ?? null;
      },
      update: async ({ number }, change) => {
        const current = records[number];
        if (current === undefined || current instanceof Error) throw new Error("no record");
        return (records[number] = change(current).record);
      },
      listOnCommit: async () => [],
      acquireLease: async () => undefined,
      move: async () => undefined,
    },
    jobs: {
      wake: async ({ number }) => void woken.push(number),
      schedule: async () => undefined,
      announce: async () => undefined,
      onAnnounced: () => () => undefined,
    },
    pullRequests: {
      listOpen: async () => {
        calls.push("list");
        return answer().open;
      },
      listWithHead: async () => [],
      fetchPullRequest: async ({ number }) => {
        calls.push(`get ${number}`);
        const found = answer().closed?.find((one) => one.ref.number === number);
        if (found === undefined) throw new Error("not found");
        return found;
      },
      fetchMergeBase: async () => null,
      fetchFile: async () => null,
      fetchOwnerFile: async () => null,
      fetchComment: async () => null,
      fetchThread: async () => null,
      fetchPermission: async () => "none",
    },
    installation: INSTALLATION,
    clock: { now: () => new Date(AT), monotonicMs: () => 0, sleep: async () => undefined },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => void logged.push(message),
      error: (message) => void logged.push(message),
    },
  };
  return { deps, woken, calls, logged, records };
}

describe("reconcile", () => {
  it("wakes what a state file still owes, and leaves the rest alone", async () => {
    const { deps, woken, calls } = stage(
      { 1: record(1, 1, false), 2: record(2, 1, true) },
      { open: [livePullRequest(1, 1), livePullRequest(2, 1)] },
    );

    expect(await reconcile(deps)).toEqual({ woken: 1, followed: 0 });
    expect(woken).toEqual([1]);
    expect(calls).toEqual(["list"]);
  });

  it("follows a push that nobody told us about", async () => {
    const { deps, woken, records } = stage({ 1: record(1, 1, true) }, { open: [livePullRequest(1, 2)] });

    expect(await reconcile(deps)).toEqual({ woken: 0, followed: 1 });
    expect(woken).toEqual([1]);
    expect(records[1]).toMatchObject({
      head_sha_seen: sha(2),
      pending: { head_sha: sha(2), trigger: { kind: "reconcile" } },
    });
  });

  it("has a check written again that rests on another pull request's older words, and only that one", async () => {
    const [first, second, alone] = [record(1, 1, true), record(2, 1, true), record(3, 3, true)];
    const stale = withShown(first, [{ pr: 1, says: "queued: Round 1 queued for 0000000" }]);
    const { deps, woken, records } = stage(
      { 1: stale, 2: withShown(second, saysOf([weighed(first), weighed(second)])), 3: withShown(alone, []) },
      { open: [livePullRequest(1, 1), livePullRequest(2, 1), livePullRequest(3, 3)] },
    );

    expect(await reconcile(deps)).toEqual({ woken: 0, followed: 1 });
    expect(woken).toEqual([1]);
    expect(await reconcile(deps)).toEqual({ woken: 1, followed: 0 });
    expect(records[1]).toMatchObject({ effects: { [checkKey(first)]: { status: "pending", id: 5 } } });
  });

  it("has a check written again when a pull request that nobody reviewed left its head", async () => {
    const one = record(1, 1, true);
    const waiting = withShown(one, saysOf([weighed(one)]), [9]);
    const there = stage({ 1: waiting }, { open: [livePullRequest(1, 1), livePullRequest(9, 1)] });
    expect(await reconcile(there.deps)).toEqual({ woken: 0, followed: 0 });
    const gone = stage({ 1: waiting }, { open: [livePullRequest(1, 1)] });
    expect(await reconcile(gone.deps)).toEqual({ woken: 0, followed: 1 });
  });

  it("follows a merge that nobody told us about, and then never asks again", async () => {
    const { deps, records, calls } = stage(
      { 1: record(1, 1, true) },
      { open: [], closed: [livePullRequest(1, 1, { state: "closed", isMerged: true })] },
    );

    await reconcile(deps);
    expect(records[1]).toMatchObject({ state: "ABORTED", reason: "merged" });
    calls.length = 0;
    await reconcile(deps);
    expect(calls).toEqual([]);
  });

  it("goes on when GitHub or a state file cannot be read, and says so", async () => {
    const broken = stage({ 1: new Error("torn"), 2: record(2, 1, false) }, new Error("down"));

    expect(await reconcile(broken.deps)).toEqual({ woken: 1, followed: 0 });
    expect(broken.woken).toEqual([2]);
    expect(broken.logged).toEqual([
      "a pull request could not be looked at",
      "a repository could not be compared with GitHub",
    ]);
  });
});
