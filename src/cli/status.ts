// `rondo status`. What it does is in show-status.ts, which no other command loads.
import type { Command } from "./command.ts";

export const statusCommand: Command = {
  name: "status",
  summary: "show where a pull request stands, or list all of them",
  usage: "status [OWNER/REPO[#N]] [--limit N] [--json]",
  options: {
    limit: { type: "string", value: "N", help: "list at most N, 0 for all (default: 50; all with --json)" },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 1,
  environment: { RONDO_DATA_DIR: "where the server keeps its state files, default ./data" },
  examples: [
    "rondo status",
    "rondo status octo/hello",
    "rondo status octo/hello#7",
    "rondo status octo/hello#7 --json | jq .state",
  ],
  run: async (input) => (await import("./show-status.ts")).runStatus(input),
};
