// Writes docs/rules.md from the rules themselves, so that the page cannot differ from what runs.
import type { Language, Rule } from "./rule.ts";
import { RULES, RULES_VERSION } from "./rules.ts";

const GROUPS: readonly { title: string; languages: readonly Language[] }[] = [
  { title: "Any file", languages: ["text"] },
  { title: "GitHub workflows", languages: ["workflow"] },
  { title: "package.json and Dockerfiles", languages: ["package-json", "dockerfile"] },
  { title: "JavaScript and TypeScript", languages: ["javascript", "typescript", "tsx"] },
  { title: "Python", languages: ["python"] },
  { title: "Go", languages: ["go"] },
];

/** The whole page, Markdown with a final line feed. */
export function rulesMarkdown(): string {
  const intro = [
    "# Static rules",
    "",
    `Version ${RULES_VERSION}, ${RULES.length} rules. This page is made from \`src/reviewers/static/rules\`; a test runs every example.`,
    "",
    "A rule looks at the whole file and reports only what stands on an added line. P0 to P2 block a merge, P3 advises.",
    "Files that are too large, too deeply nested or crash a parser are listed as not analysed.",
    "Comments that silence linters (`eslint-disable`, `noqa`, …) have no effect here; their number is shown.",
  ];
  return `${[...intro, ...GROUPS.flatMap(renderGroup)].join("\n")}\n`;
}

function renderGroup({ title, languages }: (typeof GROUPS)[number]): string[] {
  const rules = RULES.filter((rule) => rule.languages.some((language) => languages.includes(language)));
  return ["", `## ${title}`, "", ...rules.flatMap(renderRule)];
}

function renderRule(rule: Rule): string[] {
  const fence = "```";
  const language = /\.([a-z]+)$/.exec(rule.example.path)?.[1] ?? "dockerfile";
  const state = rule.isOnByDefault === false ? ", off by default" : "";
  return [
    `### ${rule.id}`,
    "",
    `**${rule.priority}${state}** · ${rule.title}`,
    "",
    rule.why,
    "",
    "Found:",
    "",
    `${fence}${language}`,
    visible(rule.example.bad),
    fence,
    "",
  ];
}

/** Invisible characters in an example are spelled out: the page must not carry what its own rule forbids. */
function visible(text: string): string {
  return text
    .trimEnd()
    .replaceAll(
      /[\u200B\u202A-\u202E\u2060-\u2069]|[\u{E0000}-\u{E01EF}]/gu,
      (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}>`,
    );
}
