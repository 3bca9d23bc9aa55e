// GitHub Actions workflows: text from strangers that becomes script, and privileged events that run a stranger's code.
// Source: https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Pair } from "yaml";
import type { OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";

/** Fields of the event that anybody who opens an issue or a pull request can write. */
const STRANGERS_TEXT =
  /github\.(?:head_ref|event\.(?:pull_request\.(?:title|body|head\.(?:ref|label|repo\.(?:default_branch|description|homepage)))|issue\.(?:title|body)|comment\.body|review\.body|review_comment\.body|discussion\.(?:title|body)|pages\.\*\.page_name|commits\.[^\s}]*\.(?:message|author\.(?:name|email))|head_commit\.(?:message|author\.(?:name|email))|workflow_run\.(?:head_branch|display_title|head_commit\.message|pull_requests\.[^\s}]*\.head\.ref)))\b/;

export const workflowExpressionInjection: OwnRule = {
  id: "workflow-expression-injection",
  engine: "own",
  priority: "P1",
  languages: ["workflow"],
  title: "Pass the event text through `env` instead of into the script",
  why: "GitHub pastes `${{ … }}` into the script before the shell reads it. Whoever opens a pull request or an issue chooses this text and so can run commands with the job's token.",
  example: {
    path: ".github/workflows/title.yml",
    bad: 'on: pull_request\njobs:\n  title:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          echo "checking"\n          TITLE="${{ github.event.pull_request.title }}"\n',
    good: 'on: pull_request\njobs:\n  title:\n    runs-on: ubuntu-latest\n    steps:\n      - env:\n          TITLE: ${{ github.event.pull_request.title }}\n        run: echo "$TITLE" "${{ github.event.pull_request.number }}" ${{ startsWith(github.head_ref, \'fix\') }}\n',
  },
  check: (file) =>
    pairsOf(file, ["run", "script"]).flatMap(({ text, line }) =>
      text.split("\n").flatMap((part, index) => {
        const found = [...part.matchAll(/\$\{\{([^}]*)\}\}/g)]
          .map((match) => STRANGERS_TEXT.exec(withoutComparisons(match[1] ?? ""))?.[0])
          .find((name) => name !== undefined);
        return found === undefined
          ? []
          : [{ line: line + index, endLine: line + index, detail: `Untrusted here: \`${found}\`.` }];
      }),
    ),
};

export const workflowTargetCheckout: OwnRule = {
  id: "workflow-privileged-checkout",
  engine: "own",
  priority: "P1",
  languages: ["workflow"],
  title: "Do not check out the pull request's code in a privileged workflow",
  why: "`pull_request_target`, `workflow_run` and `issue_comment` run with the repository's secrets and a token that may write. Checking out the contributor's head there lets a stranger's build scripts, tests or actions use both.",
  example: {
    path: ".github/workflows/preview.yml",
    bad: "on: pull_request_target\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run: npm ci\n",
    good: "on: pull_request_target\njobs:\n  label:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ./label.sh\n",
  },
  check(file) {
    if (!hasTrigger(file, ["pull_request_target", "workflow_run", "issue_comment"])) return [];
    if (!/\brun:|uses:\s*["']?\.\//.test(file.text)) return [];
    return pairsOf(file, ["ref"])
      .filter(({ text }) =>
        /github\.event\.pull_request\.head\.|github\.head_ref|github\.event\.workflow_run\.head_|refs\/pull\/\$\{\{/.test(
          text,
        ),
      )
      .map(({ line }) => ({ line, endLine: line }));
  },
};

export const workflowEnvironmentFromArtifact: OwnRule = {
  id: "workflow-artifact-to-environment",
  engine: "own",
  priority: "P1",
  languages: ["workflow"],
  title: "Check the artifact's content before it becomes environment or script",
  why: "A `workflow_run` job has secrets, while the artifact comes from a run that a stranger's pull request controls. Copied to `$GITHUB_ENV` it can set any variable, `LD_PRELOAD` included.",
  example: {
    path: ".github/workflows/report.yml",
    bad: "on:\n  workflow_run:\n    workflows: [test]\njobs:\n  report:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/download-artifact@v4\n      - run: cat pr.env >> $GITHUB_ENV\n",
    good: 'on:\n  workflow_run:\n    workflows: [test]\njobs:\n  report:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/download-artifact@v4\n      - run: echo "MODE=report" >> $GITHUB_ENV\n',
  },
  check(file) {
    if (!hasTrigger(file, ["workflow_run"]) || !/download-artifact|gh run download/.test(file.text)) return [];
    return pairsOf(file, ["run"]).flatMap(({ text, line }) =>
      text.split("\n").flatMap((part, index) => {
        const copies = /\b(?:cat|\$\(<|<)\s*[^|;&]*>>\s*"?\$\{?GITHUB_(?:ENV|PATH)/.test(part);
        return copies ? [{ line: line + index, endLine: line + index }] : [];
      }),
    );
  },
};

export const workflowWriteAll: OwnRule = {
  id: "workflow-write-all",
  engine: "own",
  priority: "P2",
  languages: ["workflow"],
  title: "Grant only the permissions that this workflow needs",
  why: "`write-all` on an event that strangers trigger gives every step, third-party actions included, a token that can push code and publish packages.",
  example: {
    path: ".github/workflows/triage.yml",
    bad: "on:\n  issue_comment:\npermissions: write-all\njobs:\n  triage:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./triage.sh\n",
    good: "on:\n  issue_comment:\npermissions:\n  issues: write\njobs:\n  triage:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./triage.sh\n",
  },
  check(file) {
    if (!hasTrigger(file, ["pull_request_target", "workflow_run", "issue_comment", "issues"])) return [];
    return pairsOf(file, ["permissions"])
      .filter(({ text }) => text === "write-all")
      .map(({ line }) => ({ line, endLine: line }));
  },
};

export const workflowUnpinnedAction: OwnRule = {
  id: "workflow-unpinned-action",
  engine: "own",
  priority: "P3",
  languages: ["workflow"],
  title: "Pin this third-party action to a commit",
  why: "A tag or branch can be moved to other code at any time; in March 2025 the moved tags of one popular action printed the secrets of thousands of repositories (CVE-2025-30066).",
  example: {
    path: ".github/workflows/files.yml",
    bad: "on: push\njobs:\n  files:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: someone/changed-files@v45\n",
    good: "on: push\njobs:\n  files:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: someone/changed-files@6cb76d07bee4c9772c6882c06c37837bf82a04d3 # v46\n",
  },
  check: (file) =>
    pairsOf(file, ["uses"])
      .filter(({ text }) => /^[\w.-]+\/[\w./-]+@/.test(text) && !/^(?:actions|github)\//.test(text))
      .filter(({ text }) => !/@[0-9a-f]{40}$/.test(text))
      .map(({ line }) => ({ line, endLine: line })),
};

/** `startsWith(x, y)`, `contains(x, y)` and comparisons yield true or false, which is safe to paste. */
function withoutComparisons(expression: string): string {
  if (/[=!<>]=|[<>]/.test(expression) && !/\|\||&&/.test(expression)) return "";
  return expression.replaceAll(/\b(?:startsWith|endsWith|contains|hashFiles)\([^()]*\)/gi, "");
}

/** Values of these keys anywhere in the workflow, with the 1-based line on which the value's text starts. */
function pairsOf(file: SourceFile, keys: readonly string[]): { text: string; line: number }[] {
  const counter = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: counter, logLevel: "silent" });
  const found: { text: string; line: number }[] = [];
  visit(document, {
    Pair(_, pair: Pair) {
      const { key, value } = pair;
      if (!isScalar(key) || !keys.includes(String(key.value)) || !isScalar(value)) return;
      const offset = value.range?.[0] ?? 0;
      const isBlock = value.type === "BLOCK_LITERAL" || value.type === "BLOCK_FOLDED";
      const line = counter.linePos(offset).line + (isBlock ? 1 : 0);
      // A folded block joins its lines, so its own source keeps the line numbers right.
      const text = isBlock ? sourceOf(file, offset, value.range?.[1] ?? offset) : String(value.value);
      found.push({ text, line });
    },
  });
  return found;
}

function sourceOf(file: SourceFile, start: number, end: number): string {
  const source = file.text.slice(start, end);
  return source.slice(source.indexOf("\n") + 1);
}

function hasTrigger(file: SourceFile, events: readonly string[]): boolean {
  const contents = parseDocument(file.text, { logLevel: "silent" }).contents;
  if (!isMap(contents)) return false;
  const on = contents.items.find(({ key }) => isScalar(key) && (key.value === "on" || key.value === true));
  const value = on?.value;
  if (isScalar(value)) return events.includes(String(value.value));
  if (isSeq(value)) return value.items.some((item) => isScalar(item) && events.includes(String(item.value)));
  return isMap(value) && value.items.some((pair) => isScalar(pair.key) && events.includes(String(pair.key.value)));
}
