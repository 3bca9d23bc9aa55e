// The answers to commands that want words: one comment a topic, edited when somebody asks again, so that asking often is
// no flood. Each command writes its own answer (src/commands/).
import { COMMENT_COMMANDS } from "../commands/registry.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { renderConfig } from "../report/config.ts";
import { renderNotice } from "../report/notice.ts";
import type { ReportOptions } from "../report/report-options.ts";
import { inline } from "../report/untrusted-text.ts";
import { command } from "../report/words.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { explainInForce, readConfig, settingsOf } from "./read-config.ts";
import { reportOptions } from "./report-options.ts";
import { sendComment } from "./send-comment.ts";
import { nothingToDo, type Step } from "./step.ts";

/** Writes or edits the comment of one topic. */
export const publishReply: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "reply") return nothingToDo("not an answer");
  const body = await renderBody(ref, record, effect, deps);
  if (body === null) return nothingToDo("nobody answers this any more");
  return await sendComment(ref, body, due, deps);
};

type Topic = { topic: string; argument: string | null };

async function renderBody(
  ref: PullRequestRef,
  record: PullRequestRecord,
  { topic, argument }: Topic,
  deps: Deps,
): Promise<string | null> {
  // The base now, not the round's: whoever asks wants to know what is in force.
  const { baseSha } = await deps.pullRequests.fetchPullRequest(ref);
  const { config: inForce } = await readConfig(ref, baseSha, deps);
  const options = reportOptions(settingsOf(inForce, Math.max(1, record.round)), deps);
  const [name = ""] = topic.split(".", 1);
  if (name === "fact") return renderNotice({ kind: "disputeNeedsFact", findingId: argument ?? "" }, options);
  if (name === "refused") return refusedText(argument ?? "", options);
  const asked = COMMENT_COMMANDS.find((one) => one.name === name);
  if (asked?.answer === undefined) return null;
  const config = asked.needsConfig === true ? renderConfig(await explainInForce(ref, baseSha, deps)) : null;
  return asked.answer({ record, argument, config, options, commands: COMMENT_COMMANDS });
}

/** Why the newest command that was refused was refused. */
function refusedText(why: string, options: ReportOptions): string {
  return `NOT DONE: ${inline(why)}. ${command(options, "help")} lists the commands.`;
}
