// What is promised of a cell, checked: the invariants hold whatever happened; trouble that passes left the same page as no
// trouble; trouble that lasts left a reason that a person finds, and no green.
import { pageOf } from "../../support/story-page.ts";
import type { Story } from "../../support/story.ts";
import { brokenInvariants } from "../invariants.ts";
import type { FaultCell } from "./cells.ts";
import { pageText } from "./page-text.ts";
import { logOf, type Scene } from "./play.ts";

/** Everything that is wrong, in words; empty when the cell passed. */
export function judgeCell(
  story: Story,
  scene: Scene,
  { trouble, call }: Pick<FaultCell, "trouble" | "call">,
  { reference: expected, settleMs }: { reference: string; settleMs: number },
): string[] {
  const broken = brokenInvariants({ double: story.double, pull: scene.pull, settleMs });
  const text = pageText(story, scene);
  if (text === expected) return broken;
  if (trouble.kind === "deletes") return [...broken, ...moreThanDeleted(expected, text)];
  // Any error of the question who may is a no, by decision: 😕 on the command says so.
  const mayDiffer = trouble.kind === "lasts" || call.name.endsWith("/permission");
  if (!mayDiffer) return [...broken, `the page differs from the reference:\n${difference(expected, text)}`];
  return [...broken.filter((one) => !isUnavoidable(one)), ...dishonest(story, scene, expected, text)];
}

/** Without the right to write, a check run stays as it was: nothing can be done about it from outside. */
function isUnavoidable(problem: string): boolean {
  return problem.startsWith("I16");
}

/** Trouble that lasts: no green, unless only courtesies are missing; and somewhere it is said why. */
function dishonest(story: Story, scene: Scene, expected: string, text: string): string[] {
  const { check } = pageOf(story.double, scene.pull);
  const problems: string[] = [];
  if (check?.conclusion === "success" && essence(text) !== essence(expected))
    problems.push(
      `green, and the page differs in more than courtesies:\n${difference(essence(expected), essence(text))}`,
    );
  const onPage = /could not be|refused|GITHUB_|github_|git_fetch_failed|failed/i.test(text);
  const inLog = logOf(story, scene)
    .split("\n")
    .some(
      (line) =>
        /"level":(?:40|50|"warn"|"error")/.test(line) || /refused|suspended|not possible|gone|access/.test(line),
    );
  if (!onPage && !inLog) problems.push(`neither the page nor the log says why:\n${difference(expected, text)}`);
  return problems;
}

/** One comment less, and nothing in its place. */
function moreThanDeleted(expected: string, text: string): string[] {
  const [before, after] = [expected.split(PART), text.split(PART)];
  const gone = before.filter((part) => !after.includes(part));
  const come = after.filter((part) => !before.includes(part));
  if (gone.length === 1 && come.length === 0 && gone[0]?.startsWith("comment") === true) return [];
  return [`more than the deleted comment is missing:\n${difference(expected, text)}`];
}

const PART = "\n\n====\n";

/** The page without what is a courtesy: reactions, folding away, the reply that repeats a decision. */
function essence(text: string): string {
  const parts = text.split(PART).filter((part) => !/^(?:reactions|reply) /.test(part));
  return parts.map((part) => part.replace(/^comment \(folded away\)/, "comment")).join(PART);
}

/** The lines in which two pages differ, at most thirty. */
function difference(expected: string, text: string): string {
  const [wanted, found] = [expected.split("\n"), text.split("\n")];
  const missing = wanted.filter((line) => !found.includes(line)).map((line) => `- ${line.slice(0, 200)}`);
  const added = found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line.slice(0, 200)}`);
  const lines = [...missing, ...added];
  return lines.length === 0 ? "the same lines in another order or number" : lines.slice(0, 30).join("\n");
}
