// The one comment on a draft: says that no round ran, and how to start one. Edited in place, never repeated.
import type { ReportOptions } from "./report-options.ts";
import { inline } from "./untrusted-text.ts";
import { command } from "./words.ts";

/** What the comment says about the configuration in force. */
export type SkipInput = {
  /** `defaults` or `.github/rondo.yml @ 0123abc`. */
  configSource: string;
  reviewers: readonly string[];
  externalPolicy: "off" | "best_effort" | "require";
  /** null = unlimited. */
  maxRounds: number | null;
  runId: string;
  /** `triggers.ready_for_review` of the configuration. */
  startsWhenReady: boolean;
};

/** The hidden word in the checkbox line; a ticked box with it starts a round. */
export const CHECKBOX = "<!-- rondo:trigger -->";

/** Markdown without the marker. */
export function renderSkip(input: SkipInput, options: ReportOptions): string {
  const startsWhenReady = input.startsWhenReady
    ? "\n\nNothing was reviewed yet. Marking the pull request as ready for review starts the first round by itself."
    : "";
  const quoted = `[!IMPORTANT]
## Review skipped

Draft detected.

To start a single round, comment ${command(options, "review")}. For all commands, comment ${command(options, "help")}.${startsWhenReady}

<details>
<summary>⚙️ Run configuration</summary>

- **Configuration used**: ${inline(input.configSource)}
- **Reviewer**: ${inline(input.reviewers.join(", "))}
- **External review policy**: ${input.externalPolicy}
- **Round budget**: ${input.maxRounds ?? "unlimited"}
- **Run ID**: \`${input.runId}\`

</details>

Set \`status_comment: false\` in \`.github/rondo.yml\` to turn this comment off.`
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
  return `${quoted}\n\n- [ ] ${CHECKBOX} 🔍 Trigger review`;
}

/** True when the box in a skip comment is ticked. */
export function isCheckboxTicked(body: string): boolean {
  return body.split("\n").some((line) => /^\s{0,3}- \[[xX]\] /.test(line) && line.includes(CHECKBOX));
}
