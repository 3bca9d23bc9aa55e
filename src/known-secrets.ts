// Finds known secrets in a text, in every spelling in which a program or a reviewer may print them, in one pass.
// Only letters and digits are compared, so white space, line breaks, punctuation and zero-width characters in between
// hide nothing. A text is hashed once, whatever the number of secrets (rolling hash, https://doi.org/10.1147/rd.312.0249).

/** A stretch of the text that holds a secret: `from` inclusive, `to` exclusive, in UTF-16 units. */
export type SecretSpan = { from: number; to: number };

/** Known secrets, ready to be looked for. */
export type SecretIndex = {
  /** Adds a value of at least 8 characters; false when it is shorter, or known already. */
  add(value: string): boolean;
  /** Forgets a value. */
  remove(value: string): void;
  /** Spans in order, not overlapping. Linear in the length of `text`. */
  find(text: string): SecretSpan[];
};

/** Values shorter than this are not taken: masking them would garble ordinary words. */
const SHORTEST = 8;
/** Characters in a row that count as the secret; a spelling that writes a character with three counts three times this. */
const ENOUGH = 16;
/** Length of the pieces that are looked up. Every `enough - PIECE + 1`th piece is kept, so that none is missed. */
const PIECE = 12;
/** Pieces with the same hash that are compared; only a secret without randomness has more. */
const MOST_EQUAL = 64;

/** `text`: letters and digits only. `enough`: so many of them in a row count as the secret. */
type Spelling = { text: string; enough: number };
/** A spelling as it is written, and how many of its characters stand for one of the secret's. */
type Written = { text: string; wide: number };
type Piece = { spelling: Spelling; offset: number };
/** Pieces by hash, and a bit for the upper 23 of each hash: most of a text fails there, without a look at the map. */
type Table = { pieces: Map<number, Piece[]>; mayHold: Uint8Array };

/** `part: "any"`: 16 characters in a row of a secret are enough. `"whole"`: only all of it counts. */
export function createSecretIndex(part: "any" | "whole" = "any"): SecretIndex {
  const values = new Map<string, { spellings: readonly Spelling[]; short: readonly string[] }>();
  let table = newTable();
  let isStale = false;
  return {
    add(value) {
      if (value.length < SHORTEST || values.has(value)) return false;
      const known = prepare(value, part);
      values.set(value, known);
      if (!isStale) addPieces(table, known.spellings);
      return true;
    },
    remove(value) {
      // Taking single pieces out would cost more than it frees; the next search builds the table anew.
      isStale = values.delete(value) || isStale;
    },
    find(text) {
      if (isStale) {
        table = newTable();
        for (const known of values.values()) addPieces(table, known.spellings);
        isStale = false;
      }
      const spans = table.pieces.size === 0 ? [] : findPieces(text, table);
      for (const { short } of values.values()) for (const form of short) addWhole(text, form, spans);
      return merge(spans);
    },
  };
}

function prepare(value: string, part: "any" | "whole"): { spellings: readonly Spelling[]; short: readonly string[] } {
  const secret = withoutCommonParts(value);
  if (compact(secret).length < PIECE) return { spellings: [], short: [...new Set(shortForms(value))] };
  const seen = new Map<string, Spelling>();
  for (const { text, wide } of spellings(secret)) {
    const dense = compact(text);
    const enough = part === "whole" ? dense.length : Math.min(dense.length, Math.floor(ENOUGH * wide));
    if (dense.length >= PIECE && !seen.has(dense)) seen.set(dense, { text: dense, enough });
  }
  return { spellings: [...seen.values()], short: [] };
}

/** How a program may print a value. */
function spellings(secret: string): Written[] {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const characters = Array.from(secret);
  const codes = (write: (code: number) => string) => characters.map((one) => write(one.codePointAt(0) ?? 0)).join(" ");
  const base64 = base64Of(bytes);
  return [
    secret,
    encodeURIComponent(secret),
    // A log line is JSON, and may hold JSON that holds JSON; more backslashes make no difference here.
    JSON.stringify(secret),
    characters.toReversed().join(""),
    rot13(secret),
  ]
    .map((text): Written => ({ text, wide: 1 }))
    .concat(base64.map((text) => ({ text, wide: 4 / 3 })))
    .concat(base64.flatMap((text) => base64Of(Buffer.from(text)).map((twice) => ({ text: twice, wide: 16 / 9 }))))
    .concat(base64Of(Buffer.from(secret, "utf16le")).map((text) => ({ text, wide: 8 / 3 })))
    .concat([hex, hex.toUpperCase(), encodeURIComponent(base64[0] ?? "")].map((text) => ({ text, wide: 2 })))
    .concat({ text: codes((code) => String(code)), wide: 2.5 })
    .concat({ text: codes((code) => `x${code.toString(16)}`), wide: 3 })
    .concat({ text: codes((code) => `u${code.toString(16).padStart(4, "0")}`), wide: 5 });
}

/** The base64 characters that depend on the value alone, when it starts 0, 1 or 2 bytes into a group of three. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return text.slice(offset === 0 ? 0 : 4, Math.floor((offset + bytes.length) / 3) * 4);
  });
}

function shortForms(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), bytes.toString("hex")];
  return [...forms, ...base64Of(bytes)].filter((form) => form.length >= SHORTEST);
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

// The frame of a PEM file and the first part of a JSON web token (`{"alg":"RS256"…`) are the same in all of them.
function withoutCommonParts(value: string): string {
  return value
    .replace(/-----(?:BEGIN|END) [A-Z0-9 ]{1,60}-----/g, "")
    .replace(/^(?:[a-z]{2,4}_[0-9]{1,20}_)?eyJ[A-Za-z0-9_-]{10,200}\.(?=[A-Za-z0-9_-]{16})/, "");
}

function newTable(): Table {
  return { pieces: new Map(), mayHold: new Uint8Array(1 << 20) };
}

function addPieces(table: Table, all: readonly Spelling[]): void {
  for (const spelling of all) {
    const stride = spelling.enough - PIECE + 1;
    const last = spelling.text.length - PIECE;
    for (let offset = 0; offset < last; offset += stride) addPiece(table, { spelling, offset });
    addPiece(table, { spelling, offset: last });
  }
}

function addPiece({ pieces, mayHold }: Table, piece: Piece): void {
  let hash = 0;
  for (let index = 0; index < PIECE; index++) {
    hash = (Math.imul(hash, BASE) + piece.spelling.text.charCodeAt(piece.offset + index)) | 0;
  }
  mayHold[hash >>> 12] = (mayHold[hash >>> 12] ?? 0) | (1 << ((hash >>> 9) & 7));
  const equal = pieces.get(hash);
  if (equal === undefined) pieces.set(hash, [piece]);
  else if (equal.length < MOST_EQUAL) equal.push(piece);
}

const BASE = 0x01000193;
let leaving = 1;
for (let index = 0; index < PIECE; index++) leaving = Math.imul(leaving, BASE);

/** Letters and digits of the last text that was searched, and where they stood. Kept, so that a log line costs no memory. */
let dense = new Uint8Array(1 << 16);
let places = new Int32Array(1 << 16);

function findPieces(text: string, { pieces, mayHold }: Table): SecretSpan[] {
  const length = condense(text);
  const spans: SecretSpan[] = [];
  let hash = 0;
  let covered = 0;
  for (let end = 0; end < length; end++) {
    hash = (Math.imul(hash, BASE) + (dense[end] ?? 0)) | 0;
    if (end >= PIECE) hash = (hash - Math.imul(leaving, dense[end - PIECE] ?? 0)) | 0;
    const isKnown = ((mayHold[hash >>> 12] ?? 0) >> ((hash >>> 9) & 7)) & 1;
    if (isKnown === 0 || end < PIECE - 1 || end < covered) continue;
    const equal = pieces.get(hash);
    if (equal === undefined) continue;
    for (const piece of equal) {
      const match = extend(piece, end - PIECE + 1, length);
      if (match === undefined) continue;
      covered = Math.max(covered, match.to);
      spans.push(spanOf(text, match));
    }
  }
  return spans;
}

/** Fills `dense` and `places`; returns how many characters there are. */
function condense(text: string): number {
  if (text.length > dense.length) {
    dense = new Uint8Array(text.length * 2);
    places = new Int32Array(text.length * 2);
  }
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isKept = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    if (!isKept) continue;
    dense[length] = code;
    places[length] = index;
    length++;
  }
  return length;
}

/** The whole stretch around a piece that agrees with its spelling, when it is long enough; places in `dense`. */
function extend({ spelling, offset }: Piece, at: number, length: number): SecretSpan | undefined {
  const { text } = spelling;
  let to = 0;
  while (offset + to < text.length && at + to < length && dense[at + to] === text.charCodeAt(offset + to)) to++;
  if (to < PIECE) return undefined;
  let back = 0;
  while (back < offset && back < at && dense[at - back - 1] === text.charCodeAt(offset - back - 1)) back++;
  return back + to >= spelling.enough ? { from: at - back, to: at + to } : undefined;
}

function spanOf(text: string, match: SecretSpan): SecretSpan {
  const from = places[match.from] ?? 0;
  // A backslash belongs to what it escapes.
  const start = from > 0 && text.charCodeAt(from - 1) === 92 ? from - 1 : from;
  return { from: start, to: endOfWord(text, (places[match.to - 1] ?? 0) + 1) };
}

/** The last characters of a base64 form depend on what follows; the rest of the word goes with it. At most 64 characters. */
function endOfWord(text: string, from: number): number {
  return from + (/^[A-Za-z0-9+/=_-]{0,64}/.exec(text.slice(from, from + 64))?.[0].length ?? 0);
}

function addWhole(text: string, form: string, spans: SecretSpan[]): void {
  for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + form.length)) {
    spans.push({ from, to: from + form.length });
  }
}

function merge(spans: readonly SecretSpan[]): SecretSpan[] {
  const merged: SecretSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

function compact(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, "");
}
