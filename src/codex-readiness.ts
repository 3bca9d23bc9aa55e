// Tries codex's sandbox when a worker starts, not at the first pull request, and tells the operator when codex has to do
// without commands: in the log, and as a remark in /readyz. It is no failure: reviews go on, with the diff in the prompt.
import { readFile } from "node:fs/promises";
import { chooseReviewers, codexPlace, type ReviewersGiven } from "./choose-reviewers.ts";
import type { ReadinessCheck } from "./http/health.ts";
import type { Log } from "./ports.ts";
import { parseServerConfig } from "./repo-config.ts";
import { lookAtCodex } from "./reviewers/codex/open-codex.ts";
import { describeShell } from "./reviewers/codex/shell.ts";

/** The check for /readyz; null where codex is no reviewer of this server. Returns at once, the tries go on. */
export async function codexReadiness(
  given: ReviewersGiven & { configFile: string },
  log: Log,
): Promise<ReadinessCheck | null> {
  // A file that cannot be read was said before.
  const { config } = parseServerConfig(await readFile(given.configFile, "utf8").catch(() => null));
  const { names, commands } = await chooseReviewers(given, config);
  if (!names.includes("codex") || Object.hasOwn(commands, "codex")) return null;
  let remark: string | undefined;
  void lookAtCodex(codexPlace(given)).then(
    ({ shell }) => {
      if (shell === null) return;
      if (shell.kind === "commands") return log.info("codex may run commands", { sandbox: describeShell(shell) });
      remark = `codex runs without commands: ${shell.reason}`;
      return log.warn("codex runs without commands", { reason: shell.reason });
    },
    (error: unknown) => log.warn("codex's sandbox could not be tried", { error }),
  );
  return { name: "codex sandbox", isRemark: true, run: async () => remark };
}
