// Every command in comments, in the order of the help. A new one is its file and one line here.
import { abortCommand } from "./abort.ts";
import { acceptCommand } from "./accept.ts";
import { addressCommand } from "./address-that-feedback.ts";
import { budgetCommand } from "./budget.ts";
import type { CommentCommand } from "./command.ts";
import { configCommand } from "./config.ts";
import { dismissCommand } from "./dismiss.ts";
import { disputeCommand } from "./dispute.ts";
import { explainCommand } from "./explain.ts";
import { extendCommand } from "./extend.ts";
import { fixCommand } from "./fix.ts";
import { fullReviewCommand } from "./full-review.ts";
import { helpCommand } from "./help.ts";
import { modifyCommand } from "./modify.ts";
import { pauseCommand } from "./pause.ts";
import { rejectCommand } from "./reject.ts";
import { resumeCommand } from "./resume.ts";
import { reviewCommand } from "./review.ts";
import { statusCommand } from "./status.ts";

export const COMMENT_COMMANDS: readonly CommentCommand[] = [
  reviewCommand,
  fullReviewCommand,
  abortCommand,
  extendCommand,
  pauseCommand,
  resumeCommand,
  statusCommand,
  configCommand,
  explainCommand,
  disputeCommand,
  dismissCommand,
  rejectCommand,
  acceptCommand,
  modifyCommand,
  addressCommand,
  fixCommand,
  budgetCommand,
  helpCommand,
];
