// Turns the stdout of a `command` reviewer into findings, and publishes the schema of what it must print.
// The program is somebody else's: every way of answering badly has a sentence here, and none of them counts as clean.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Finding } from "../findings/finding.ts";
import { ReviewJson } from "../findings/parse-json.ts";
import { parseReview } from "../findings/parse-review.ts";
import { reducePath } from "../findings/path.ts";
import type { Review, ReviewRequest } from "../reviewer.ts";

/** Most findings of one answer; a program that prints more is broken, and nobody could read them. */
const MAX_FINDINGS = 500;

/** What an answer comes to. `problem` is a sentence when it cannot be used, else null. */
export type ReadAnswer = Pick<Review, "findings" | "statedVerdict" | "reading"> & {
  output: string;
  problem: string | null;
};

/**
 * Reads the answer. Never throws. A path that is not one of the changed files becomes a finding about the whole change
 * that names the path in its body; a line range that makes no sense is dropped and the finding kept.
 */
export function readAnswer(stdout: Uint8Array, request: ReviewRequest, reviewer: string): ReadAnswer {
  if (stdout.length === 0) return unusable("", "it printed nothing on stdout");
  let output: string;
  try {
    output = new TextDecoder("utf-8", { fatal: true }).decode(stdout);
  } catch {
    return unusable(Buffer.from(stdout).toString("utf8"), "its answer is not valid UTF-8");
  }
  const files = request.files.map((file) => file.path);
  const parsed = parseReview(output, {
    reviewer,
    format: "json",
    root: request.checkoutDir,
    files,
    lineOf: (path, line) => lineAt(request.checkoutDir, files, path, line),
  });
  if (parsed.reading === "unreadable") return unusable(output, parsed.problem ?? "its answer is no review JSON");
  if (parsed.findings.length > MAX_FINDINGS)
    return unusable(output, `it made ${parsed.findings.length} findings; at most ${MAX_FINDINGS} are taken`);
  const printed = printedPaths(output);
  return {
    output,
    problem: null,
    findings: parsed.findings.map((finding, index) => place(finding, printed[index], files)),
    statedVerdict: parsed.statedVerdict,
    reading: parsed.reading,
  };
}

/** JSON Schema (draft 2020-12) of the answer, for docs/review.schema.json. */
export function reviewAnswerJsonSchema(): Record<string, unknown> {
  return { title: "Answer of a reviewer", ...z.toJSONSchema(ReviewJson, { io: "input" }) };
}

function unusable(output: string, problem: string): ReadAnswer {
  return { output, problem, findings: [], statedVerdict: null, reading: "unreadable" };
}

/** Keeps a finding whose place is not part of the change, without a place that GitHub would refuse. */
function place(finding: Finding, printed: string | undefined, files: readonly string[]): Finding {
  if (finding.path !== null && files.includes(finding.path)) return finding;
  if (printed === undefined) return finding;
  const note = `The reviewer named \`${printed.replaceAll(/[`\p{Cc}]/gu, "?").slice(0, 200)}\`, which is not a changed file.`;
  const body = finding.body === "" ? note : `${finding.body}\n\n${note}`;
  return { ...finding, path: null, startLine: null, endLine: null, suggestion: null, body };
}

/** The paths as printed, in order; empty when the JSON stands inside prose, where the note is not worth a second parser. */
function printedPaths(output: string): (string | undefined)[] {
  try {
    const review = ReviewJson.safeParse(JSON.parse(output));
    return review.success ? review.data.findings.map((one) => one.code_location?.absolute_file_path) : [];
  } catch {
    return [];
  }
}

/** A line of a changed file, for the fingerprint; null when it is not there. */
export function lineAt(checkoutDir: string, files: readonly string[], path: string, line: number): string | null {
  if (!files.includes(path) || reducePath(path, {}) !== path) return null;
  try {
    return readFileSync(join(checkoutDir, path), "utf8").split("\n")[line - 1] ?? null;
  } catch {
    return null;
  }
}
