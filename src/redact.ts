// The one scanner that everything passes before it leaves this process: bodies, annotations, log lines, artifacts.
// Known values first, in every spelling (src/mask-secrets.ts); then the shapes of other people's keys; then folders of
// this machine. What it misses: a secret told one character at a time. So none may be in reach of a reviewer at all.
import { findSecrets, MASK, maskSpans } from "./mask-secrets.ts";
import { createSecretIndex, type SecretSpan } from "./known-secrets.ts";
import { SECRET_PATTERNS } from "./secret-patterns.ts";

/** What was found. `secret`: a known value; `pattern`: something in the shape of a key; `path`: a folder of the host. */
export type RedactionHit = { kind: "secret" | "pattern" | "path"; name: string; count: number };

/** The text that may be shown, and what was taken out of it. */
export type Redacted = { text: string; hits: RedactionHit[] };

/** What a redactor looks for beside the secrets of this process and the shapes of keys. */
export type RedactorOptions = {
  /** Secrets that are not registered in this process. */
  secrets?: readonly string[];
  /** Keys of other people, from `keysIn`: only a whole one counts, so that nobody hides our words by naming them a key. */
  keys?: readonly string[];
  /** Folders of the host that are cut off paths. */
  checkouts?: readonly string[];
  /** Folders of the host that become `~`. */
  homes?: readonly string[];
};

/** What stands in place of a secret. */
export const REDACTED = MASK;

/** Makes the scanner. Linear in the length of the text; text that looks like Markdown or JSON keeps its shape. */
export function createRedactor(options: RedactorOptions = {}): (text: string) => Redacted {
  const own = createSecretIndex();
  for (const secret of options.secrets ?? []) own.add(secret);
  const quoted = createSecretIndex("whole");
  for (const key of options.keys ?? []) quoted.add(key);
  const folders = foldersOf(options);
  return (text) => {
    const hits: RedactionHit[] = [];
    let out = text;
    const mask = (spans: readonly SecretSpan[], hit: Omit<RedactionHit, "count">): void => {
      if (spans.length === 0) return;
      hits.push({ ...hit, count: spans.length });
      out = maskSpans(out, spans);
    };
    mask(findSecrets(out), { kind: "secret", name: "known secret" });
    mask(own.find(out), { kind: "secret", name: "known secret" });
    mask(quoted.find(out), { kind: "pattern", name: "key in the change" });
    for (const { name, hints, value } of SECRET_PATTERNS) {
      if (!hints.some((hint) => out.includes(hint))) continue;
      mask(spansOf(out, value), { kind: "pattern", name });
    }
    return { text: replacePaths(out, folders, hits), hits };
  };
}

/** Where something was taken out: a text for GitHub, a reviewer's words, an artifact on disk, a log line. */
export type RedactedPlace = "github" | "output" | "artifact" | "log";

/** Adds to the counts of this process. */
export function countRedactions(place: RedactedPlace, hits: readonly RedactionHit[]): void {
  for (const { kind, count } of hits) {
    const key = `${place} ${kind}` as const;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
}

/** What was taken out since this process started: `rondo_redactions_total` of /metrics. */
export function redactionCounts(): { place: string; kind: string; count: number }[] {
  return [...counts].map(([key, count]) => {
    const [place = "", kind = ""] = key.split(" ");
    return { place, kind, count };
  });
}

const counts = new Map<`${RedactedPlace} ${RedactionHit["kind"]}`, number>();

/** How many secrets (known ones and key-like ones, not folders) were taken out. */
export function secretsIn(hits: readonly RedactionHit[]): number {
  return hits.reduce((sum, hit) => (hit.kind === "path" ? sum : sum + hit.count), 0);
}

/**
 * Values in the shape of a key, at most `most`: found in the code of a change, they are made known secrets, and a
 * reviewer that repeats one in another spelling is caught too.
 */
export function keysIn(text: string, most: number): string[] {
  const found = new Set<string>();
  for (const { hints, value } of SECRET_PATTERNS) {
    if (!hints.some((hint) => text.includes(hint))) continue;
    for (const match of text.matchAll(value)) {
      if (found.size >= most) return [...found];
      found.add(match[0]);
    }
  }
  return [...found];
}

function spansOf(text: string, value: RegExp): SecretSpan[] {
  return Array.from(text.matchAll(value), (match) => ({ from: match.index, to: match.index + match[0].length })).filter(
    ({ from, to }) => text.slice(from, to) !== REDACTED,
  );
}

type Folder = { pattern: RegExp; name: string; inside: string; itself: string };

function foldersOf(options: RedactorOptions): Folder[] {
  return [
    ...(options.checkouts ?? []).map((folder) => ({ folder, inside: "", itself: "." })),
    ...(options.homes ?? []).map((folder) => ({ folder, inside: "~/", itself: "~" })),
  ].flatMap(({ folder, inside, itself }) => {
    const name = folder.replace(/\/+$/, "");
    if (name === "") return [];
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return [{ pattern: new RegExp(`${escaped}(?:/|(?![A-Za-z0-9_-]|\\.[A-Za-z0-9]))`, "g"), name, inside, itself }];
  });
}

function replacePaths(text: string, folders: readonly Folder[], hits: RedactionHit[]): string {
  let out = text;
  let found = 0;
  for (const { pattern, name, inside, itself } of folders) {
    if (!out.includes(name)) continue;
    out = out.replace(pattern, (match) => {
      found++;
      return match.endsWith("/") ? inside : itself;
    });
  }
  if (out.includes("/home/") || out.includes("/Users/")) {
    out = out.replace(/(?<![\w.])\/(?:home|Users)\/[A-Za-z0-9._-]{1,64}(?=[/\s:'"`)]|$)/g, () => {
      found++;
      return "~";
    });
  }
  if (found > 0) hits.push({ kind: "path", name: "host path", count: found });
  return out;
}
