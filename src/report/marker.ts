// The hidden last line of everything Rondo writes: the effect key and a MAC over it.
// By it a comment is found again after a lost answer. Anyone can paste the line, nobody else can make a new one.
import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Secrets for the MAC: the first signs, all verify. Never empty. Text of 64 hexadecimal characters counts as the 32 bytes
 * it spells, as in the key file: so the file's content can move into RONDO_MARKER_KEY and old comments stay known.
 */
export type MarkerKeys = readonly (string | Uint8Array)[];

/** What a marker line says; not yet believed. */
export type Marker = { key: string; mac: string };

/** `<!-- rondo:{effect key} {mac} -->`; the MAC is HMAC-SHA256 over the key's text, first 32 hexadecimal characters. */
export function renderMarker(key: string, keys: MarkerKeys): string {
  const signing = keys[0];
  if (signing === undefined) throw new Error("renderMarker needs at least one marker key");
  return `<!-- rondo:${key} ${mac(key, signing)} -->`;
}

/** The body with its marker as last line. */
export function withMarker(body: string, key: string, keys: MarkerKeys): string {
  return `${body}\n\n${renderMarker(key, keys)}`;
}

/**
 * The marker in the last non-empty line of a body, as a list of none or one.
 * Lines further up never count: text that Rondo quotes may hold a genuine marker copied from another comment.
 */
export function readMarkers(body: string): readonly Marker[] {
  const line = body.slice(-1000).trimEnd().split("\n").at(-1) ?? "";
  const groups = /^<!-- rondo:(?<key>[A-Za-z0-9/._-]{1,400}) (?<mac>[0-9a-f]{32}) -->$/.exec(line)?.groups;
  if (groups === undefined) return [];
  return [{ key: groups["key"] ?? "", mac: groups["mac"] ?? "" }];
}

/** True when one of the keys made this marker. Constant time in the MAC. */
export function verifyMarker(marker: Marker, keys: MarkerKeys): boolean {
  const claimed = Buffer.from(marker.mac, "utf8");
  let isGenuine = false;
  for (const key of keys) {
    const expected = Buffer.from(mac(marker.key, key), "utf8");
    if (expected.length === claimed.length && timingSafeEqual(expected, claimed)) isGenuine = true;
  }
  return isGenuine;
}

/** The effect key of a body that carries a genuine marker, else undefined. The author must be checked as well. */
export function genuineKey(body: string, keys: MarkerKeys): string | undefined {
  return readMarkers(body).find((marker) => verifyMarker(marker, keys))?.key;
}

function mac(text: string, key: string | Uint8Array): string {
  const secret = typeof key === "string" && /^[0-9a-f]{64}$/.test(key) ? Buffer.from(key, "hex") : key;
  return createHmac("sha256", secret).update(text, "utf8").digest("hex").slice(0, 32);
}
