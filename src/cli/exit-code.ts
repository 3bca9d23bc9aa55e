// Exit codes, so that scripts and service managers can tell what happened. 69 and 78 are EX_UNAVAILABLE and EX_CONFIG.
// Source: https://man.freebsd.org/cgi/man.cgi?query=sysexits
import { isExpectedError, RetryableError, UserError } from "../errors.ts";

/** 0 fine, 1 blockers (chosen by a command itself), 2 usage or bad input, 3 UNKNOWN or ERROR, 69 service missing, 78 configuration. */
export function exitCodeOf(error: unknown): number {
  if (!isExpectedError(error)) return 3;
  if (/^(?:CONFIG_|DATA_DIR_|HOST_UNKNOWN|PORT_FORBIDDEN|REDIS_UNFIT|REVIEWER_MISSING)/.test(error.code)) return 78;
  if (/^(?:PORT_TAKEN|REDIS_|QUEUE_|CODEX_MISSING)/.test(error.code) || error instanceof RetryableError) return 69;
  return error instanceof UserError ? 2 : 3;
}
