// Makes a rule of each row about oxlint: its name there, and our own priority, title, reason and example.
// Only listed rules run. Adding one is one row; the example test shows whether oxlint knows the name.
import { SCRIPT, type OxlintRow, type OxlintRule } from "../rule.ts";
import { languageRows } from "./oxlint-language.ts";
import { libraryRows } from "./oxlint-libraries.ts";

/** One rule per row; `eslint/no-self-assign` becomes the rule `no-self-assign`. */
export const oxlintRules: readonly OxlintRule[] = [...languageRows, ...libraryRows].map(toRule);

function toRule([oxlint, priority, title, why, bad, good]: OxlintRow): OxlintRule {
  return {
    id: oxlint.slice(oxlint.indexOf("/") + 1),
    engine: "oxlint",
    oxlint,
    priority,
    languages: SCRIPT,
    title,
    why,
    example: { path: examplePath(oxlint), bad: `${bad}\n`, good: `${good}\n` },
  };
}

function examplePath(oxlint: string): string {
  if (oxlint.startsWith("react/")) return "src/view.tsx";
  return oxlint.startsWith("typescript/") ? "src/model.ts" : "src/model.js";
}
