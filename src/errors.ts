// The three errors that Rondo's code throws on purpose. Anything else that is thrown is a bug.
// They live below everything so that an adapter can say what went wrong and the edges can decide what follows.

/** Fields every one of the three errors carries. `code` is upper snake case and stable: operators and docs rely on it. */
export type ErrorDetail = {
  /** Stable, upper snake case, listed in docs/errors.md. */
  code: string;
  /** What the reader can do about it, one sentence; shown after the message. */
  hint?: string;
  /** What may stand on a pull request when `message` names hosts of the company's network; default: the message. */
  publicMessage?: string;
  cause?: unknown;
};

/** Somebody asked for something that cannot be done; the message is for that person. Never retried. */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly publicMessage: string;
  override readonly name = "UserError";
  constructor(message: string, detail: ErrorDetail) {
    super(message, { cause: detail.cause });
    this.code = detail.code;
    this.hint = detail.hint;
    this.publicMessage = detail.publicMessage ?? message;
  }
}

/** The outside world failed in a way that may pass: network, 5xx, rate limit. `retryAfterMs` is the earliest useful retry. */
export class RetryableError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly publicMessage: string;
  /** Milliseconds to wait before a retry makes sense; undefined when the other side named no time. */
  readonly retryAfterMs: number | undefined;
  /** True when the request may have taken effect although no answer came (5xx, reset, timeout): look before sending again. */
  readonly isAmbiguous: boolean;
  /** True when Rondo itself held the request back: nobody refused anything, so it is no failed try. */
  readonly isHeldBack: boolean;
  override readonly name = "RetryableError";
  constructor(
    message: string,
    detail: ErrorDetail & { retryAfterMs?: number; isAmbiguous?: boolean; isHeldBack?: boolean },
  ) {
    super(message, { cause: detail.cause });
    this.code = detail.code;
    this.hint = detail.hint;
    this.publicMessage = detail.publicMessage ?? message;
    this.retryAfterMs = detail.retryAfterMs;
    this.isAmbiguous = detail.isAmbiguous ?? false;
    this.isHeldBack = detail.isHeldBack ?? false;
  }
}

/** A retry cannot help: not found, forbidden, refused input. */
export class PermanentError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly publicMessage: string;
  override readonly name = "PermanentError";
  constructor(message: string, detail: ErrorDetail) {
    super(message, { cause: detail.cause });
    this.code = detail.code;
    this.hint = detail.hint;
    this.publicMessage = detail.publicMessage ?? message;
  }
}

/** True for the three errors above: their message is safe to show without a stack trace. */
export function isExpectedError(error: unknown): error is UserError | RetryableError | PermanentError {
  return error instanceof UserError || error instanceof RetryableError || error instanceof PermanentError;
}

/** True when the data folder cannot be read or written right now: says nothing about the work itself, which waits for the disk. */
export function isDiskTrouble(error: unknown): error is RetryableError {
  return error instanceof RetryableError && DISK_TROUBLE.has(error.code);
}

const DISK_TROUBLE: ReadonlySet<string> = new Set(["STATE_NOT_READABLE", "STATE_NOT_WRITABLE", "STATE_LOCKED"]);
