// Refuses files that crash or stall a parser before any parser sees them. Measured: 2,000 nested `if {` make oxlint
// dump core and lose its whole batch, and deep trees are quadratic for some syntax rules.

/** Largest file in bytes that is analysed; above it almost every file is generated. */
const MAX_FILE_BYTES = 1_000_000;
/** Longest line in characters; longer ones are minified or data. */
const MAX_LINE_CHARACTERS = 20_000;
/** Deepest nesting of brackets or of indentation levels. */
const MAX_DEPTH = 150;

/** Why a file cannot be analysed, in words for the RESULT, or undefined when it can. `bytes` is the file as it is on disk. */
export function refuseFile(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_FILE_BYTES) return `larger than ${MAX_FILE_BYTES / 1_000_000} MB`;
  let lineLength = 0;
  let depth = 0;
  let deepest = 0;
  for (const byte of bytes) {
    if (byte === 0) return "binary content";
    if (byte === 0x0a) lineLength = 0;
    else lineLength += 1;
    if (lineLength > MAX_LINE_CHARACTERS) return `a line is longer than ${MAX_LINE_CHARACTERS} characters`;
    // ( [ { open, ) ] } close. Brackets in strings count too: the number only has to be an upper bound.
    if (byte === 0x28 || byte === 0x5b || byte === 0x7b) depth += 1;
    else if ((byte === 0x29 || byte === 0x5d || byte === 0x7d) && depth > 0) depth -= 1;
    if (depth > deepest) deepest = depth;
  }
  if (deepest > MAX_DEPTH) return `nested more than ${MAX_DEPTH} levels deep`;
  return refuseRepetition(bytes);
}

/** Nesting without brackets: indentation, prefix operators in a row, chains of arrows and of `else if`. */
function refuseRepetition(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (new RegExp(`^[ \\t]{${MAX_DEPTH * 4},}\\S`, "m").test(text)) return `nested more than ${MAX_DEPTH} levels deep`;
  if (/(?:[!~+-]\s?){300}|(?:=>\s?[\w$()]{0,20}\s?){300}|(?:\b(?:not|await|typeof|void|new|delete)\s){300}/.test(text))
    return `nested more than ${MAX_DEPTH} levels deep`;
  if ((text.match(/\belse\s+if\b/g) ?? []).length > 500) return "more than 500 `else if`";
  return undefined;
}
