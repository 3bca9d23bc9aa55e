// `rondo extend`: allows a pull request more rounds than its limit; one that waited for them goes on.
import { UserError } from "../errors.ts";
import { formatPullRequestRef } from "../pull-request.ts";
import type { Command } from "./command.ts";
import { OPERATOR_ENVIRONMENT } from "./worker-environment.ts";

export const extendCommand: Command = {
  name: "extend",
  summary: "allow a pull request more rounds",
  usage: "extend OWNER/REPO#N N",
  options: {},
  maxPositionals: 2,
  environment: OPERATOR_ENVIRONMENT,
  examples: ["rondo extend octo/hello#7 5"],
  run: async ({ positionals: [text, count] }) => {
    const rounds = readRounds(text, count);
    const { CLI_TRIGGER, changePullRequest, knownHeads, OPERATOR } = await import("./change-pull-request.ts");
    return changePullRequest(
      text,
      "extend",
      ({ record, ref }, at) => ({
        ...{ kind: "extendRequested", at, actor: OPERATOR, rounds, comment: null, trigger: CLI_TRIGGER },
        heads: knownHeads(record, formatPullRequestRef(ref)),
      }),
      ({ name, before, record, row, why }) => {
        if (row === null) throw new UserError(`${name} was not extended: ${why}.`, { code: "REFUSED" });
        const goesOn = before.state === record.state ? `still ${record.state}` : `${before.state} -> ${record.state}`;
        return `${name}: ${rounds} more ${rounds === 1 ? "round" : "rounds"}, ${record.extended} in all; ${goesOn}.`;
      },
    );
  },
};

/** 1 to 50, as in a comment. */
function readRounds(text: string | undefined, count: string | undefined): number {
  const rounds = Number(count);
  if (text === undefined || (/^\d{1,2}$/.test(count ?? "") && rounds >= 1 && rounds <= 50)) return rounds;
  throw new UserError("How many rounds? Give a whole number from 1 to 50.", {
    code: "USAGE",
    hint: "For example: rondo extend octo/hello#7 5.",
  });
}
