// Every secret value this process holds, so that it can be taken out of any text: logs, errors, output of other programs.
// Values, not patterns: GitHub's installation tokens of the shape `ghs_APPID_JWT` fit none of the known token patterns.
// Source: https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header
import { createSecretIndex, type SecretSpan } from "./known-secrets.ts";

/** What stands in place of a secret. */
export const MASK = "[redacted]";

/**
 * Makes `value` a known secret, in all the spellings it can turn up in (src/known-secrets.ts). Of a value of several lines
 * (a PEM key) each long line counts too. Values shorter than 8 characters are not taken: masking them would garble words.
 */
export function registerSecret(value: string): void {
  if (!known.add(value)) return;
  order.push(value);
  // Tokens live an hour; the oldest of hundreds are dead. The secrets of the configuration were first and stay.
  if (order.length > MOST_SECRETS) for (const old of order.splice(KEEP_FIRST, FORGOTTEN_AT_ONCE)) known.remove(old);
}

/** The text without any known secret. */
export function maskSecrets(text: string): string {
  return maskSpans(text, findSecrets(text));
}

/** Where known secrets stand in a text. */
export function findSecrets(text: string): SecretSpan[] {
  return known.find(text);
}

/**
 * The text with `[redacted]` in place of the spans. What gives a Markdown or JSON text its shape (quotes, pipes,
 * backticks, angle brackets) stays where it is, so that a secret that is torn apart takes no table or fence with it.
 */
export function maskSpans(text: string, spans: readonly SecretSpan[]): string {
  let out = "";
  let position = 0;
  for (const { from, to } of spans) {
    out += text.slice(position, from) + maskWords(text.slice(from, to));
    position = to;
  }
  return out + text.slice(position);
}

const MOST_SECRETS = 400;
const KEEP_FIRST = 100;
const FORGOTTEN_AT_ONCE = 100;
const known = createSecretIndex();
const order: string[] = [];

function maskWords(span: string): string {
  if (!/["|`<>]/.test(span)) return MASK;
  return span
    .split(/(\s*(?:\\?"|[\n|`<>])\s*)/)
    .map((part, index) => (index % 2 === 0 && /[A-Za-z0-9]/.test(part) ? MASK : part))
    .join("");
}
