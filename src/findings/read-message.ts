// Reads a reviewer's final message: review JSON when there is some, else codex's text form. Both give the same findings.
import { readReviewJson } from "./parse-json.ts";
import { readReviewText } from "./parse-text.ts";
import type { IsKnownPath } from "./parse-text.ts";
import { noResult, readingOf } from "./reading.ts";
import type { Reading } from "./reading.ts";

/** Reads a message as JSON; null when it holds no review in JSON, or more than that. */
export function readAsJson(text: string): Reading | null {
  const read = readReviewJson(text);
  if (read === null) return null;
  if (read.kind === "invalid") return noResult("unrecognised", read.problem);
  const around = readReviewText(read.rest);
  // Findings beside the JSON: then the JSON may be a quotation, and the text decides.
  if (around.findings.length > 0 || around.problem !== null) return null;
  const { findings, statedVerdict, explanation } = read;
  const isClean = findings.length === 0 && statedVerdict === "APPROVE";
  return readingOf({
    reading: "structured",
    evidence: isClean ? "clean" : "findings",
    findings,
    statedVerdict,
    explanation,
  });
}

/** Reads a message as codex's text. Takes every text; what says nothing is `unreadable`. */
export function readAsText(text: string, isKnownPath: IsKnownPath): Reading {
  const { findings, statedVerdict, explanation, problem, isClean } = readReviewText(text, isKnownPath);
  const facts = { findings, statedVerdict, explanation };
  if (problem !== null) return noResult("unrecognised", problem, facts);
  // Only text that could not be read as JSON comes here: half a review must not pass for prose below which APPROVE stands.
  if (findings.length === 0 && text.includes('"findings"') && BROKEN_JSON.test(text)) {
    return noResult("unrecognised", HALF_REVIEW, facts);
  }
  if (isClean) return readingOf({ ...facts, reading: "clean", evidence: "clean" });
  if (findings.length > 0) return readingOf({ ...facts, reading: "text", evidence: "findings" });
  if (statedVerdict === "APPROVE") return readingOf({ ...facts, reading: "text", evidence: "clean" });
  if (statedVerdict !== null) return readingOf({ ...facts, reading: "text", evidence: "unrecognised" });
  return noResult("unrecognised", NOTHING_SAID, facts);
}

/** A review in JSON that is cut off, or split over messages. */
export const HALF_REVIEW = "a review in JSON begins in the text and cannot be read";
const BROKEN_JSON = /^[ \t]*(?:\{\s*)?"findings"[ \t]*:/m;

/** Prose without any of codex's marks: nobody can tell what wrote it. */
export const NOTHING_SAID = "no findings, no verdict line and no statement that nothing was found";

/** JSON if there is some, else text. */
export function readMessage(text: string, isKnownPath: IsKnownPath): Reading & { format: "json" | "codex" } {
  const json = readAsJson(text);
  return json === null ? { ...readAsText(text, isKnownPath), format: "codex" } : { ...json, format: "json" };
}
