// Runs the static rules over texts inside the test process: every line counts as added.
import { runOwnRules } from "../../src/reviewers/static/analyse.ts";
import { neutraliseDirectives } from "../../src/reviewers/static/directives.ts";
import { runOxlint } from "../../src/reviewers/static/oxlint.ts";
import { SCRIPT, type OwnRule, type OxlintRule } from "../../src/reviewers/static/rule.ts";
import { RULES } from "../../src/reviewers/static/rules.ts";
import { createSourceFile, type SourceFile } from "../../src/reviewers/static/source-file.ts";

const own = RULES.filter((rule): rule is OwnRule => rule.engine === "own");
const oxlint = RULES.filter((rule): rule is OxlintRule => rule.engine === "oxlint");

/** Ids of the rules that found something, sorted, and the reasons of engines that failed. */
export type Analysed = { rules: string[]; failed: string[] };

/** What the rules say about each text, by its id. oxlint is started once for all: its start is what costs. */
export async function analyseTexts(
  texts: readonly { id: string; path: string; text: string }[],
  workDir: string,
): Promise<ReadonlyMap<string, Analysed>> {
  const files = texts.map(({ id, path, text }) => {
    const everyLine = new Set(text.split("\n").map((_, index) => index + 1));
    return { id, file: createSourceFile(path, neutraliseDirectives(text).text, everyLine) };
  });
  // Two texts may have the same path, and oxlint's answers carry nothing else.
  const scripts = files
    .filter(({ file }) => isScript(file))
    .map(({ id, file }) => ({ ...file, path: `${id}/${file.path}` }));
  const linted = await runOxlint(scripts, oxlint, workDir);
  const found = new Map<string, Analysed>();
  for (const { id, file } of files) {
    const isIts = ({ path }: { path: string }): boolean => path === `${id}/${file.path}`;
    const report = await runOwnRules(file, own, []);
    const rules = new Set(report.kind === "done" ? report.hits.map((hit) => hit.rule) : []);
    for (const hit of linted.hits.filter(isIts))
      rules.add(oxlint.find((rule) => rule.oxlint === hit.oxlint)?.id ?? hit.oxlint);
    const refused = report.kind === "refused" ? [report.reason] : [];
    const failed = [...refused, ...linted.failed.filter(isIts).map(({ reason }) => reason)];
    found.set(id, { rules: [...rules].toSorted(), failed });
  }
  return found;
}

/** What the rules say about one text. */
export async function analyseText(path: string, text: string, workDir: string): Promise<Analysed> {
  return (await analyseTexts([{ id: "one", path, text }], workDir)).get("one") ?? { rules: [], failed: ["lost"] };
}

function isScript(file: SourceFile): boolean {
  return SCRIPT.some((language) => file.languages.has(language));
}
