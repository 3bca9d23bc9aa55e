// File names as Rondo writes them. A git path is bytes; a string must hold every one of them, so that two different
// files never look the same and a name can always be turned back into the bytes that git and the disk know.
import { PermanentError } from "../errors.ts";

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92,
};

/**
 * Path bytes to the string used everywhere: plain UTF-8 where it is UTF-8. A path that is not, or that starts with a
 * double quote, is written in git's own notation: `"a\377b"`, in quotes, with bytes from 0x80, controls, `"` and `\` escaped.
 * So a leading double quote always means the notation, and nothing is lost. `pathToBytes` is the way back.
 */
export function pathFromBytes(bytes: Uint8Array): string {
  if (bytes[0] !== 34) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not UTF-8: the notation below.
    }
  }
  let text = '"';
  for (const byte of bytes) {
    if (byte === 34 || byte === 92) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `${text}"`;
}

/** The bytes behind a path string; the inverse of `pathFromBytes`. Throws PermanentError DIFF_UNREADABLE for a broken quote. */
export function pathToBytes(path: string): Uint8Array {
  return path.startsWith('"') ? unquote(path).bytes : new TextEncoder().encode(path);
}

/**
 * Reads one C-style quoted name, as git prints names with unusual characters, from the start of `text`.
 * `length` is how many characters it took, quotes included. https://git-scm.com/docs/git-config (core.quotePath)
 */
export function unquote(text: string): { bytes: Uint8Array; length: number } {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let at = 1;
  for (;;) {
    const character = text[at];
    if (character === undefined) break;
    if (character === '"') return { bytes: Uint8Array.from(bytes), length: at + 1 };
    if (character !== "\\") {
      // With core.quotePath=false git leaves UTF-8 as it is, also inside quotes.
      const whole = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...encoder.encode(whole));
      at += whole.length;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4))?.[0];
    const byte = octal === undefined ? ESCAPES[text[at + 1] ?? ""] : Number.parseInt(octal, 8);
    if (byte === undefined) break;
    bytes.push(byte);
    at += octal === undefined ? 2 : 4;
  }
  throw new PermanentError(`Cannot read a quoted file name in the diff: ${text.slice(0, 200)}`, {
    code: "DIFF_UNREADABLE",
  });
}
