// The port of the limiter: one for all processes, asked before every call to GitHub. Types only; the rule is src/limits/.
import type { Cost, WaitReason } from "./limits/decide.ts";
import type { LimitAnswer } from "./limits/learn.ts";
import type { PullRequestRef } from "./pull-request.ts";

/** Not now: come back after `waitMs`. */
export type LimitWait = { kind: "wait"; waitMs: number; why: WaitReason };

/** A call of an installation. `name` is the same for every try of it, e.g. `POST /repos/o/r/issues/1/comments`. */
export type GithubCall = { name: string; resource: "core" | "graphql"; cost: Cost; isStarting: boolean };

/**
 * Rate limits of installations, shared by all processes. Nothing here throws or waits long: while Redis is away each
 * process goes on by itself with a quarter of every limit.
 */
export type RateLimits = {
  /** May this call go? `go` counts it; `report` must follow, whatever becomes of it. */
  admit(installationId: number, call: GithubCall): Promise<{ kind: "go"; lease: string } | LimitWait>;
  /** What came of an admitted call; null: no answer. After a refusal it resolves when every process can see it. */
  report(installationId: number, lease: string, answer: LimitAnswer | null): Promise<void>;
  /** May a round of this pull request begin? null: yes, and it is counted. */
  admitRound(ref: PullRequestRef): Promise<LimitWait | null>;
};

/** What the limiter tells about itself, for metrics. `process alone`: Redis could not be asked. */
export type LimitEvents = {
  onWait(why: WaitReason): void;
  onRefusal(): void;
  onAlone(): void;
};
