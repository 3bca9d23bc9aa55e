// Several workers, each with a memory of its own: what one of them remembers must not undo what another one has learnt.
import { expect, it } from "vitest";
import type { PullRequests } from "../../../src/ports.ts";
import type { PullRequestRef } from "../../../src/pull-request.ts";
import { fetchLive, missedEvent } from "../../../src/steps/live-head.ts";
import { sha } from "../../support/history.ts";
import { livePullRequest } from "../../support/live-pull-request.ts";

const ref: PullRequestRef = { installationId: 1, repoId: 7, owner: "octo", repo: "app", number: 1 };
const clock = { now: () => new Date("2026-01-01T00:00:00Z"), monotonicMs: () => 0, sleep: async () => {} };

const live = (head: number) => livePullRequest(1, head);

const unused = async (): Promise<never> => await Promise.reject(new Error("not asked here"));

/** Answers from memory with `remembered` when an old answer will do, else with `now`; notes what was asked. */
function pullRequests(remembered: number, now: number): { port: PullRequests; asked: number[] } {
  const asked: number[] = [];
  const fetchPullRequest: PullRequests["fetchPullRequest"] = async (_, maxAgeMs = 0) => {
    asked.push(maxAgeMs);
    return live(maxAgeMs > 0 ? remembered : now);
  };
  const port = {
    fetchPullRequest,
    fetchMergeBase: unused,
    fetchFile: unused,
    fetchOwnerFile: unused,
    fetchComment: unused,
    fetchThread: unused,
  };
  return { port: { ...port, fetchPermission: unused, listOpen: unused, listWithHead: unused }, asked };
}

it("a head that only memory knows does not replace the one that another worker heard of", async () => {
  const { port } = pullRequests(1, 2);

  expect(await missedEvent(ref, sha(2), { pullRequests: port, clock })).toBeNull();
  expect((await fetchLive(ref, sha(2), { pullRequests: port })).headSha).toBe(sha(2));
});

it("a head that really moved is noticed", async () => {
  const { port } = pullRequests(1, 3);

  expect(await missedEvent(ref, sha(2), { pullRequests: port, clock })).toMatchObject({
    kind: "headMoved",
    heads: { headSha: sha(3) },
  });
});

it("memory that agrees is enough: no second question", async () => {
  const { port, asked } = pullRequests(2, 2);

  expect(await missedEvent(ref, sha(2), { pullRequests: port, clock })).toBeNull();
  expect(asked).toHaveLength(1);
});
