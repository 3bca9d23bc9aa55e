// A review as a SARIF file, the form in which code scanning services and editors take findings of any tool.
// Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub makes of it:
// https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
import { pathToBytes } from "../findings/diff-path.ts";
import { effectivePriority, type Finding, type Priority } from "../findings/finding.ts";
import type { Verdict } from "../findings/verdict-word.ts";
import { visible } from "./untrusted-text.ts";

/** What a rule says about itself, for those that findings name. */
export type SarifRule = { id: string; priority: Priority; title: string; why: string };

/** One review. `problems` are sentences about what did not work. */
export type SarifInput = {
  version: string;
  verdict: Verdict;
  findings: readonly Finding[];
  rules: readonly SarifRule[];
  problems: readonly string[];
};

/** The log as a plain value, one run. Secrets must be out of the texts before. */
export function toSarif({ version, verdict, findings, rules, problems }: SarifInput) {
  const used = [...new Set(findings.map(ruleIdOf))];
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Rondo",
            semanticVersion: version,
            rules: used.map((id) => toDescriptor(id, known.get(id))),
          },
        },
        invocations: [
          {
            executionSuccessful: verdict === "APPROVE" || verdict === "REQUEST_CHANGES",
            toolExecutionNotifications: problems.map((problem) => ({
              level: "warning",
              message: { text: visible(problem) },
            })),
          },
        ],
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The top folder of the repository." } } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => toResult(finding, used)),
        properties: { verdict },
      },
    ],
  };
}

/** A rule's own id where there is one; else what a reviewer says is a rule of its own. */
function ruleIdOf({ rule, reviewer }: Finding): string {
  return rule ?? `reviewer/${reviewer}`;
}

type Level = "error" | "warning" | "note";

const LEVELS: Readonly<Record<Priority, Level>> = { P0: "error", P1: "error", P2: "warning", P3: "note" };

function toDescriptor(id: string, rule: SarifRule | undefined) {
  if (rule === undefined) {
    const text = `What the reviewer ${id.replace(/^reviewer\//, "")} found.`;
    return { id, shortDescription: { text }, help: { text: `${text} The message of each result says more.` } };
  }
  const { priority, title, why } = rule;
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${title}. ${why}`, markdown: `**${title}** (${priority})\n\n${why}` },
    defaultConfiguration: { level: LEVELS[priority] },
    properties: { tags: [priority] },
  };
}

function toResult(finding: Finding, rules: readonly string[]) {
  const ruleId = ruleIdOf(finding);
  const priority = effectivePriority(finding);
  const tag = finding.priority === null ? "P2, untagged" : priority;
  const body = finding.body.trim();
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: LEVELS[priority],
    message: { text: visible(`[${tag}] ${finding.title}${body === "" ? "" : `\n\n${body}`}`) },
    locations: [{ physicalLocation: placeOf(finding) }],
    // GitHub recognises a finding by the first one. Ours stays the same while lines move.
    partialFingerprints: {
      primaryLocationLineHash: `${finding.fingerprint}:1`,
      "rondoFinding/v1": finding.fingerprint,
    },
    properties: { priority: finding.priority, reviewer: finding.reviewer, side: finding.side },
  };
}

/**
 * GitHub refuses a result without a file and a line. What is about a whole file, or about a line that the change removed,
 * stands at its first line; what is about the whole change at a name that says so.
 */
function placeOf({ path, startLine, endLine, side }: Finding) {
  const isAtHead = path !== null && startLine !== null && side === "RIGHT";
  return {
    artifactLocation: { uri: path === null ? "whole-change" : toUri(path), uriBaseId: "%SRCROOT%" },
    region: isAtHead ? { startLine, endLine: endLine ?? startLine } : { startLine: 1 },
  };
}

/** A relative reference (RFC 3986): every byte but letters, digits and `-_.~/` is written as `%XX`. */
function toUri(path: string): string {
  const bytes = [...pathToBytes(path)];
  const encoded = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~/-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return encoded.join("");
}
