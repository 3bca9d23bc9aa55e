// Knows every secret value this process holds and takes them out of any text: logs, errors, output of other programs.
// Values, not patterns: GitHub's installation tokens of the shape `ghs_APPID_JWT` fit none of the known token patterns.
// Source: https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header

/** What stands in place of a secret. */
export const MASK = "[secret]";

/**
 * Makes `value` a known secret in all the spellings it can turn up in: raw, URL-encoded, JSON-escaped, and base64 at any
 * offset (git sends `user:token` in base64). Of a value of several lines (a PEM key) each long line counts too.
 * Values shorter than 8 characters are not taken: masking them would garble ordinary words.
 */
export function registerSecret(value: string): void {
  const parts = [value, ...(value.includes("\n") ? value.split(/\r?\n/).filter(isSecretLine) : [])];
  for (const part of parts) {
    if (part.length < SHORTEST || known.has(part)) continue;
    known.set(part, spellings(part));
    // Tokens live an hour; the oldest of thousands are dead. The secrets of the configuration were first and stay.
    if (known.size > MOST_SECRETS) known.delete([...known.keys()][KEEP_FIRST] ?? "");
  }
}

/** The text without any known secret. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const variants of known.values()) {
    for (const variant of variants) {
      if (masked.includes(variant)) masked = masked.replaceAll(variant, MASK);
    }
  }
  return masked;
}

const SHORTEST = 8;
const MOST_SECRETS = 600;
const KEEP_FIRST = 100;
const known = new Map<string, readonly string[]>();

function isSecretLine(line: string): boolean {
  return line.length >= 16 && !line.startsWith("-----");
}

function spellings(value: string): string[] {
  const all = [value, encodeURIComponent(value)];
  // A log line is JSON, and may hold JSON that holds JSON.
  for (let depth = 0, text = value; depth < 3; depth += 1) all.push((text = JSON.stringify(text).slice(1, -1)));
  for (const offset of [0, 1, 2]) all.push(...base64At(value, offset));
  // Longest first: a short spelling inside a long one would leave the rest of the long one standing.
  return [...new Set(all)].filter((text) => text.length >= SHORTEST).toSorted((a, b) => b.length - a.length);
}

/** The base64 characters that depend on the value alone when it starts `offset` bytes into a group of three. */
function base64At(value: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  const start = offset === 0 ? 0 : 4;
  const end = Math.floor(bytes.length / 3) * 4;
  return [bytes.toString("base64").slice(start, end), bytes.toString("base64url").slice(start, end)];
}
