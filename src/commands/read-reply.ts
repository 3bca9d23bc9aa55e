// A reply in a finding's thread → the decision it makes, by its first line. No mention is needed there: the thread says
// what is meant. https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request
import { type DecisionWord, freeText, type GivenDecision } from "./command.ts";

/** What a reply decides; undefined when its first line is no decision. */
export function readReply(body: string): Omit<GivenDecision, "findingId"> | undefined {
  const line = firstLine(body);
  if (line === undefined) return undefined;
  const addressed = /^addressed in (?:commit (?<sha>[0-9a-f]{7,40})|the pr branch)\s?:(?<what>.*)$/i.exec(line)?.groups;
  if (addressed !== undefined) {
    const rationale = freeText(addressed["what"] ?? "") ?? "";
    return { word: "ACCEPT", rationale, commit: addressed["sha"]?.toLowerCase() ?? null };
  }
  const decided = /^(?<word>accept|modify|reject|dispute)(?:\s?:(?<why>.*)|[.!]?)$/i.exec(line)?.groups;
  if (decided === undefined) return undefined;
  const word = WORDS[decided["word"]?.toLowerCase() ?? ""];
  return word === undefined ? undefined : { word, rationale: freeText(decided["why"] ?? "") ?? "", commit: null };
}

const WORDS: Readonly<Record<string, DecisionWord>> = {
  accept: "ACCEPT",
  modify: "MODIFY",
  reject: "REJECT",
  dispute: "DISPUTE",
};

/** The first line that is not blank, without bold marks and backticks around a SHA; at most 4,000 characters are looked at. */
function firstLine(body: string): string | undefined {
  const head = body.trimStart().slice(0, 4000);
  const line = head.split(/\r?\n/, 1)[0]?.replaceAll("**", "").replaceAll("__", "").trim();
  if (line === undefined || line === "" || line.startsWith(">")) return undefined;
  return line.replace(/^(?<lead>addressed in commit )`(?<sha>[0-9a-f]{7,40})`/i, "$<lead>$<sha>");
}
