// `rondo trigger`: starts a round on a pull request that Rondo knows, as `@codex review` does in a comment.
import { UserError } from "../errors.ts";
import { formatPullRequestRef, shortSha } from "../pull-request.ts";
import type { Changed } from "./change-pull-request.ts";
import type { Command } from "./command.ts";
import { OPERATOR_ENVIRONMENT } from "./worker-environment.ts";

export const triggerCommand: Command = {
  name: "trigger",
  summary: "start a round on a pull request",
  usage: "trigger OWNER/REPO#N",
  options: {},
  maxPositionals: 1,
  environment: OPERATOR_ENVIRONMENT,
  examples: ["rondo trigger octo/hello#7"],
  run: async ({ positionals }) => {
    const { CLI_TRIGGER, changePullRequest, knownHeads } = await import("./change-pull-request.ts");
    return changePullRequest(
      positionals[0],
      "trigger",
      ({ record, ref }, at) => ({
        ...{ kind: "reviewRequested", at, trigger: CLI_TRIGGER, maxRounds: record.max_rounds },
        heads: knownHeads(record, formatPullRequestRef(ref)),
      }),
      describe,
    );
  },
};

function describe({ name, before, record, row, why }: Changed): string {
  if (row === null) throw new UserError(`${name}: no round was started: ${why}.`, { code: "REFUSED" });
  if (record.state === "BUDGET_EXCEEDED") {
    throw new UserError(`${name}: no round was started: ${record.limit} still holds.`, {
      code: "REFUSED",
      hint: `Allow more rounds: rondo extend ${name} 5.`,
    });
  }
  if (record.pending === null) return `${name}: round ${record.round} is running on this head (${record.state}).`;
  return `${name}: ${before.state} -> ${record.state}, round ${record.pending.n} waits for a worker at ${shortSha(record.pending.head_sha)}.`;
}
