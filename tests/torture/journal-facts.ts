// What the bytes on the wire say, read from the double's journal alone: which installation asked, which object a request
// was about, how it ended for the one who asked, and until when GitHub told that installation to be quiet.
import type { Double } from "../../double/double.ts";
import type { JournalEntry } from "../../double/journal.ts";

/** A request that makes an object which has an effect key. */
export type Creation = { entry: JournalEntry; key: string; kind: keyof typeof CREATIONS };

/** Routes that make objects, and the list in which such an object is found again. */
export const CREATIONS = {
  comment: {
    path: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/\d+\/comments$/,
    list: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/issues\/\d+\/comments\?/,
  },
  review: {
    path: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/pulls\/\d+\/reviews$/,
    list: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/pulls\/\d+\/reviews\?/,
  },
  reply: {
    path: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/pulls\/\d+\/comments\/\d+\/replies$/,
    list: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/pulls\/\d+\/comments\?/,
  },
  check: {
    path: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/check-runs$/,
    list: /^\/api\/v3\/repos\/[^/]+\/[^/]+\/commits\/[0-9a-f]+\/check-runs\?/,
  },
} as const;

/** Everything that is created, in order of arrival. Pending reviews (probes for a refused place) are no objects. */
export function creationsIn(entries: readonly JournalEntry[]): Creation[] {
  return entries.flatMap((entry) => {
    if (entry.surface !== "rest" || entry.method !== "POST") return [];
    const { path } = entry;
    const kind = kindsOf(CREATIONS).find((one) => CREATIONS[one].path.test(path));
    if (kind === undefined) return [];
    const sent = jsonOf(entry.requestBody);
    if (kind === "review" && sent["event"] === undefined) return [];
    const key = kind === "check" ? textOf(sent["external_id"]) : markerOf(textOf(sent["body"]));
    return key === undefined ? [] : [{ entry, key, kind }];
  });
}

/** The effect key in the hidden last line of a body. Who signed it is not looked at: what we send, we signed. */
export function markerOf(body: string | undefined): string | undefined {
  return /<!-- rondo:(\S+) [0-9a-f]{32} -->\s*$/.exec(body ?? "")?.[1];
}

/** How a request ended for the one who sent it. `unclear`: it may have taken effect, and nobody was told. */
export function endOf(entry: JournalEntry): "done" | "refused" | "unclear" {
  if (entry.status === null || entry.status >= 500 || entry.status === 408) return "unclear";
  if (entry.status >= 300) return "refused";
  return entry.fault === "cutJson" || entry.fault === "html" || entry.fault === "truncate" || entry.fault === "drip"
    ? "unclear"
    : "done";
}

/** Milliseconds since 1970 at which the answer was out, or the connection over. */
export function endedAt(entry: JournalEntry): number {
  return entry.at + (entry.durationMs ?? 0);
}

/** Installation by token, from the answers that handed tokens out; the narrowed ones for git too. */
export function tokensIn(double: Pick<Double, "journal">): Map<string, number> {
  const tokens = new Map<string, number>();
  for (const entry of double.journal.entries) {
    const id = /\/app\/installations\/(\d+)\/access_tokens/.exec(entry.path)?.[1];
    const token = id === undefined ? undefined : textOf(jsonOf(entry.responseBody)["token"]);
    if (id !== undefined && token !== undefined) tokens.set(token, Number(id));
  }
  return tokens;
}

/** The token a REST or GraphQL request carried. */
export function tokenOf(entry: JournalEntry): string {
  return (entry.requestHeaders["authorization"] ?? "").replace(/^(?:token|bearer) /i, "");
}

/**
 * Until when (milliseconds since 1970) GitHub asked for silence with this answer; null when it did not.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function quietUntil(entry: JournalEntry): number | null {
  if (entry.surface !== "rest" && entry.surface !== "graphql") return null;
  const text = entry.responseBody.toString("utf8");
  const { "retry-after": after, "x-ratelimit-remaining": left, "x-ratelimit-reset": reset } = entry.responseHeaders;
  const isRefused = entry.status === 403 || entry.status === 429;
  const isQuery = entry.surface === "graphql" && entry.status === 200 && text.includes('"RATE_LIMITED"');
  if (
    !isQuery &&
    !(isRefused && (entry.status === 429 || after !== undefined || left === "0" || /rate limit/i.test(text)))
  )
    return null;
  if (after !== undefined) return endedAt(entry) + Number(after) * 1000;
  if (left === "0" && reset !== undefined) return Number(reset) * 1000;
  return endedAt(entry) + 60_000;
}

/** A JSON object from the wire; empty for everything else. */
export function jsonOf(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** True for `{…}`. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function kindsOf(kinds: typeof CREATIONS): (keyof typeof CREATIONS)[] {
  const names: (keyof typeof CREATIONS)[] = ["comment", "review", "reply", "check"];
  return names.filter((name) => name in kinds);
}
