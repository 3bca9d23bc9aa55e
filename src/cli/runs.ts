// `rondo runs`: its two commands. What they do is in show-runs.ts, which no other command loads.
import { type Command, commandGroup } from "./command.ts";

const ENVIRONMENT = { RONDO_DATA_DIR: "where the server keeps the runs, default ./data" };

const listCommand: Command = {
  name: "runs list",
  summary: "list the runs, newest first",
  usage: "runs list [--repo OWNER/REPO[#N]] [--limit N] [--json]",
  options: {
    repo: { type: "string", value: "OWNER/REPO[#N]", help: "only runs of this repository, or of one pull request" },
    limit: { type: "string", value: "N", help: "at most N runs, 0 for all (default: 50; all with --json)" },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 0,
  environment: ENVIRONMENT,
  examples: ["rondo runs list", "rondo runs list --repo octo/hello#7 --limit 5", "rondo runs list --json"],
  run: async (input) => (await import("./show-runs.ts")).runList(input),
};

const showCommand: Command = {
  name: "runs show",
  summary: "show a run: its result, the files that were kept, and its texts",
  usage: "runs show RUN_ID [--json]",
  options: { json: { type: "boolean", help: "print JSON" } },
  maxPositionals: 1,
  environment: ENVIRONMENT,
  examples: ["rondo runs show 7-r1.1-static-0a1b2c3d", "rondo runs show 7-r1.1-static-0a1b2c3d --json"],
  run: async (input) => (await import("./show-runs.ts")).runShow(input),
};

export const runsCommand: Command = commandGroup("runs", "list the reviewers' runs, or show one", [
  listCommand,
  showCommand,
]);
