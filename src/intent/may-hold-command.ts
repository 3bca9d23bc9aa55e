// A cheap look at a comment at the door: could it hold a command at all? Web asks this of every comment of every
// repository, so that only those few are queued. It scans once, character by character: a regular expression with
// `^\s*@` took 7.9 s of blocked event loop on 60,000 line breaks.
// The real reading of commands happens in the worker, on the live comment (src/commands/parse-comment.ts).

/**
 * True when some line starts, after blanks, with `@` or `/rondo`.
 * Says yes too often (a mention of a person), never no to a command.
 */
export function mayHoldCommand(body: string): boolean {
  let isLineStart = true;
  for (let index = 0; index < body.length; index += 1) {
    const character = body.charCodeAt(index);
    if (character === LINE_FEED || character === CARRIAGE_RETURN) isLineStart = true;
    else if (isLineStart && character !== SPACE && character !== TAB) {
      if (character === AT) return true;
      if (character === SLASH && body.slice(index, index + 6).toLowerCase() === "/rondo") return true;
      isLineStart = false;
    }
  }
  return false;
}

/** True when the text holds the hidden mark of the "Trigger review" checkbox that Rondo puts into its skip comment. */
export function holdsTriggerBox(body: string): boolean {
  return body.includes("<!-- rondo:trigger -->");
}

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const SLASH = 47;
const AT = 64;
