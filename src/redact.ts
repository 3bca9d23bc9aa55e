// Finds secrets and host paths in what is about to leave the machine: reviewers' output, artifacts, comments.
// By value first: a known secret is found in the spellings in which a program may print it. Patterns come second, for
// secrets that are not ours. What it misses: a secret spelled one letter at a time. So none may be in reach at all.

/** What was found. `secret`: a known value; `pattern`: something in the shape of a key; `path`: a folder of the host. */
export type RedactionHit = { kind: "secret" | "pattern" | "path"; name: string; count: number };

/** The text that may be shown, and what was taken out of it. A `secret` hit in a text of Rondo's own must stop the send. */
export type Redacted = { text: string; hits: RedactionHit[] };

/** Folders of the host: the checkout's is cut off paths, a home folder becomes `~`. */
export type HostPaths = { checkouts?: readonly string[]; homes?: readonly string[] };

/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/**
 * A function that redacts texts. `secrets` are values (keys, tokens, passwords; PEM with its lines); those under 8
 * characters are ignored. Found raw, URL-encoded, JSON-escaped, hexadecimal, reversed, in base64 at any offset, and by
 * every window of 16 characters, also when white space, zero-width or punctuation characters stand in between.
 * Linear in the length of the text.
 */
export function createRedactor(secrets: readonly string[], paths: HostPaths = {}): (text: string) => Redacted {
  const windows = new Set<string>();
  const short: string[] = [];
  for (const secret of secrets.map(withoutPemFrame)) {
    if (compact(secret).text.length >= WINDOW) for (const form of spellings(secret)) addWindows(form, windows);
    else if (secret.length >= SHORTEST) short.push(secret, encodeURIComponent(secret));
  }
  return (text) => {
    const hits: RedactionHit[] = [];
    let out = replaceWindows(text, windows, hits);
    for (const secret of new Set(short))
      out = replaceAll(out, secret, { kind: "secret", name: "known secret", count: 0 }, hits);
    for (const { name, pattern } of PATTERNS)
      out = replacePattern(out, pattern, { kind: "pattern", name, count: 0 }, hits);
    return { text: replacePaths(out, paths, hits), hits };
  };
}

const SHORTEST = 8;
const WINDOW = 16;

// Shapes that their issuers publish. Bounded quantifiers, no nested ones.
const PATTERNS: readonly { name: string; pattern: RegExp }[] = [
  {
    name: "private key",
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  },
  // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
  { name: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9_.-]{20,1000}|github_pat_[A-Za-z0-9_]{20,255})/g },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { name: "AWS key id", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: "API key", pattern: /\bsk-[A-Za-z0-9_-]{20,300}/g },
  { name: "Slack token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,300}/g },
  { name: "Google key", pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: "GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{20,300}/g },
  { name: "npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  {
    name: "JSON web token",
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  {
    name: "authorization header",
    pattern:
      /(?<=\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s{1,3})[A-Za-z0-9+/=._~-]{8,4000}/gi,
  },
  { name: "password in address", pattern: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s:/@]{3,200}(?=@)/gi },
];

/** Characters that may be strewn in between without hiding a secret, and where the others came from. */
function compact(text: string): { text: string; at: number[] } {
  const kept: string[] = [];
  const at: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isWord = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (!isWord) continue;
    kept.push(text.charAt(index));
    at.push(index);
  }
  return { text: kept.join(""), at };
}

function addWindows(form: string, windows: Set<string>): void {
  const { text } = compact(form);
  for (let start = 0; start + WINDOW <= text.length; start++) windows.add(text.slice(start, start + WINDOW));
}

function replaceWindows(text: string, windows: ReadonlySet<string>, hits: RedactionHit[]): string {
  if (windows.size === 0) return text;
  const dense = compact(text);
  const spans: { from: number; to: number }[] = [];
  for (let start = 0; start + WINDOW <= dense.text.length; start++) {
    if (!windows.has(dense.text.slice(start, start + WINDOW))) continue;
    const from = dense.at[start] ?? 0;
    const to = endOfWord(text, (dense.at[start + WINDOW - 1] ?? 0) + 1);
    const last = spans.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else spans.push({ from, to });
  }
  if (spans.length === 0) return text;
  hits.push({ kind: "secret", name: "known secret", count: spans.length });
  let out = "";
  let position = 0;
  for (const { from, to } of spans) {
    out += text.slice(position, from) + REDACTED;
    position = to;
  }
  return out + text.slice(position);
}

/** The last characters of a base64 form depend on what follows; the rest of the word goes with it. At most 64 characters. */
function endOfWord(text: string, from: number): number {
  return from + (/^[A-Za-z0-9+/=_-]{0,64}/.exec(text.slice(from, from + 64))?.[0].length ?? 0);
}

/** How a program may print a value. Base64 of the value at the three offsets within a group of three bytes. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return text.slice(offset === 0 ? 0 : 4, Math.floor((offset + bytes.length) / 3) * 4);
  });
  const escaped = JSON.stringify(secret).slice(1, -1);
  const reversed = Array.from(secret).toReversed().join("");
  const hex = bytes.toString("hex");
  return [
    secret,
    encodeURIComponent(secret),
    escaped,
    reversed,
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map(encodeURIComponent),
  ];
}

// The frame of a PEM file is no secret; without it, talk about "BEGIN RSA PRIVATE KEY" stays readable.
function withoutPemFrame(secret: string): string {
  return secret.replace(/-----(?:BEGIN|END) [A-Z0-9 ]{1,60}-----/g, "");
}

function replaceAll(text: string, value: string, hit: RedactionHit, hits: RedactionHit[]): string {
  const parts = text.split(value);
  if (parts.length > 1) hits.push({ ...hit, count: parts.length - 1 });
  return parts.join(REDACTED);
}

function replacePattern(text: string, pattern: RegExp, hit: RedactionHit, hits: RedactionHit[]): string {
  let found = 0;
  const out = text.replace(pattern, () => {
    found++;
    return REDACTED;
  });
  if (found > 0) hits.push({ ...hit, count: found });
  return out;
}

function replacePaths(text: string, paths: HostPaths, hits: RedactionHit[]): string {
  let out = text;
  let found = 0;
  const folders = [
    ...(paths.checkouts ?? []).map((folder) => ({ folder, inside: "", itself: "." })),
    ...(paths.homes ?? []).map((folder) => ({ folder, inside: "~/", itself: "~" })),
  ];
  for (const { folder, inside, itself } of folders) {
    const clean = folder.replace(/\/+$/, "");
    if (clean === "") continue;
    const name = clean.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    out = out.replace(new RegExp(`${name}(?:/|(?![A-Za-z0-9_-]|\\.[A-Za-z0-9]))`, "g"), (match) => {
      found++;
      return match.endsWith("/") ? inside : itself;
    });
  }
  out = out.replace(/(?<![\w.])\/(?:home|Users)\/[A-Za-z0-9._-]{1,64}(?=[/\s:'"`)]|$)/g, () => {
    found++;
    return "~";
  });
  if (found > 0) hits.push({ kind: "path", name: "host path", count: found });
  return out;
}
