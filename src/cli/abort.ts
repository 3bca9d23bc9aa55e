// `rondo abort`: stops the rounds of a pull request from the server, also while GitHub cannot be reached.
import { shortSha } from "../pull-request.ts";
import type { Changed } from "./change-pull-request.ts";
import type { Command } from "./command.ts";
import { OPERATOR_ENVIRONMENT } from "./worker-environment.ts";

export const abortCommand: Command = {
  name: "abort",
  summary: "stop the rounds of a pull request",
  usage: "abort OWNER/REPO#N [--reason TEXT]",
  options: { reason: { type: "string", value: "TEXT", help: "shown on the pull request" } },
  maxPositionals: 1,
  environment: OPERATOR_ENVIRONMENT,
  examples: ["rondo abort octo/hello#7", "rondo abort octo/hello#7 --reason 'wrong branch'"],
  run: async ({ values, positionals }) => {
    const text = values["reason"] === undefined ? null : String(values["reason"]).slice(0, MAX_REASON);
    const { changePullRequest, OPERATOR } = await import("./change-pull-request.ts");
    return changePullRequest(
      positionals[0],
      "abort",
      (_found, at) => ({ kind: "abortRequested", at, actor: OPERATOR, text, comment: null }),
      describe,
    );
  },
};

/** As in a comment, a reason is a remark and no essay. */
const MAX_REASON = 500;

function describe({ name, before, record, row }: Changed): string {
  if (row === null) return `${name} is ABORTED already (${record.reason}).`;
  const head = record.head_sha_seen ?? record.head_sha;
  return `${name}: ${before.state} -> ABORTED${head === null ? "" : ` at ${shortSha(head)}`}. rondo trigger starts again.`;
}
