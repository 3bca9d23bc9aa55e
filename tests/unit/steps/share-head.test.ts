// Several workers write the checks of one commit at once, each after a look that may be old when the write is done. When
// everything is quiet, every check says the worst of what is true.
import { assert, asyncProperty, array, constantFrom, nat, record as shape } from "fast-check";
import { expect, test } from "vitest";
import type { Deps } from "../../../src/steps/deps.ts";
import { publishCheck } from "../../../src/steps/publish-check.ts";
import { worstConclusion } from "../../../src/report/check-run.ts";
import { arm, openEffects, settle } from "../../../src/round/outbox.ts";
import type { PullRequestRecord } from "../../../src/round/round.ts";
import { cleanRound, HEAD, ownerAction, record, round } from "../report/sample-round.ts";

const PULLS = [1, 2, 3];
const ref = (number: number) => ({ installationId: 1, repoId: 42, owner: "acme", repo: "shop", number });
type State = "ready" | "blocked" | "closed";
const SAYS = { ready: "success", blocked: "failure", closed: null } as const;

function inState(pr: number, state: State, current: PullRequestRecord | undefined): PullRequestRecord {
  const ready = { state: "READY", reason: null } as const;
  const one = state === "ready" ? cleanRound() : round();
  const closed = {
    state: "ABORTED",
    reason: "closed",
    aborted: { by: null, text: null, at: "2026-01-01T00:00:00Z" },
  } as const;
  const change = state === "ready" ? ready : state === "blocked" ? ownerAction : closed;
  const next = { ...record(one, change), pr, head_sha_seen: HEAD, skipped: null };
  const kept = { ...next, effects: current?.effects ?? {}, next_seq: current?.next_seq ?? 0 };
  return arm(kept, [{ effect: { kind: "check", round: one.n, head_sha: HEAD } }]);
}

function stage(delays: readonly number[]) {
  const records = new Map<number, PullRequestRecord>();
  const checks = new Map<string, string | null>();
  const busy = new Map<number, Promise<boolean>>();
  let [turns, now] = [0, 0];
  const wait = async () => {
    for (let left = delays[turns++ % delays.length] ?? 0; left > 0; left -= 1) await Promise.resolve();
  };
  const update: Deps["rounds"]["update"] = async ({ number }, change) => {
    await wait();
    const current = records.get(number);
    if (current === undefined) throw new Error("no record");
    const next = change(current).record;
    records.set(number, next);
    return next;
  };
  const parts = {
    rounds: {
      update,
      load: async ({ number }: { number: number }) => (await wait(), records.get(number) ?? null),
      listOnCommit: async () => [...records.keys()].map(ref),
    },
    jobs: { wake: async () => undefined },
    pullRequests: { listWithHead: async () => [] },
    publisher: {
      upsertCheckRun: async (_: unknown, write: { key: string; conclusion: string | null }) => {
        await wait();
        checks.set(write.key, write.conclusion);
        await wait();
        return { id: 1, url: "", nodeId: "" };
      },
    },
    clock: { now: () => new Date(now) },
    installation: { publicUrl: null, serverUrl: "https://github.com", version: "0", botLogin: "rondo[bot]" },
    log: {},
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step uses no more of its deps than this
  const deps = parts as unknown as Deps;

  /** One worker a pull request, as its lease has it. False when nothing was due. */
  async function work(pr: number): Promise<boolean> {
    const turn = (busy.get(pr) ?? Promise.resolve(true)).then(async () => await conduct(pr));
    busy.set(pr, turn);
    return await turn;
  }

  /** Does what the conductor does with one due check. */
  async function conduct(pr: number): Promise<boolean> {
    const loaded = records.get(pr);
    const due = loaded === undefined ? undefined : openEffects(loaded)[0];
    if (loaded === undefined || due === undefined) return false;
    if (due.entry.not_before !== null && Date.parse(due.entry.not_before) > now) return false;
    await update(ref(pr), (current) => ({
      record: settle(current, due.key, due.entry.seq, (entry) => ({ ...entry, status: "intended" })),
      event: { kind: "", detail: {} },
    }));
    const done = await publishCheck(ref(pr), loaded, due, deps);
    await update(ref(pr), (current) => {
      const next = settle(current, due.key, due.entry.seq, (entry) => ({ ...entry, ...done.object, status: "done" }));
      return { record: done.learn?.(next) ?? next, event: { kind: "", detail: {} } };
    });
    return true;
  }

  /** Works on all at once until nothing is left to do. Returns the number of writes. */
  async function settled(): Promise<number> {
    let rounds = 0;
    while ([...records.values()].some((one) => openEffects(one).length > 0)) {
      if ((rounds += 1) > 40) throw new Error("the checks never agree");
      await Promise.all(
        [...records.keys()].map(async (pr) => {
          while (await work(pr)) await wait();
        }),
      );
      now += 3000;
    }
    return rounds;
  }
  return { records, checks, settled, work, wait };
}

test("the checks of one commit agree in the end, whoever writes when", async () => {
  const state = constantFrom<State>("ready", "blocked", "closed");
  const change = shape({ pr: constantFrom(...PULLS), state, after: nat(3) });
  await assert(
    asyncProperty(
      array(nat(12), { minLength: 1, maxLength: 40 }),
      array(change, { maxLength: 6 }),
      async (delays, changes) => {
        const { records, checks, settled, work, wait } = stage(delays);
        for (const pr of PULLS) records.set(pr, inState(pr, "ready", undefined));
        for (const { pr, state: next, after } of changes) {
          // Some of the work is under way while the next change comes.
          for (const each of PULLS.slice(0, after)) void work(each);
          await wait();
          records.set(pr, inState(pr, next, records.get(pr)));
        }
        await settled();
        const last = new Map(PULLS.map((pr): [number, State] => [pr, "ready"]));
        for (const { pr, state: next } of changes) last.set(pr, next);
        const open = [...last.values()].filter((each) => each !== "closed");
        const worst = worstConclusion(open.map((each) => SAYS[each]));
        const wanted = open.length === 0 ? [...checks.values()] : PULLS.map(() => worst);
        expect([...checks.values()]).toEqual(wanted);
      },
    ),
    { numRuns: 120 },
  );
});
