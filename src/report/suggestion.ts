// A reviewer's replacement for the lines it complains about: a block that GitHub offers as a change by one click, but
// only where it replaces exactly what was meant. Everywhere else it is plain code, to read.
// https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/commenting-on-a-pull-request
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import { fence, visible } from "./untrusted-text.ts";

/** The `suggestion` block of an inline comment, or null when the replacement must not be offered as a change there. */
export function suggestionBlock({ suggestion, anchor }: TrackedFinding): string | null {
  if (!suggestion?.applies || !anchor || anchor.side !== "RIGHT") return null;
  // The findings of two reviewers may have been joined since: the lines must still be those of the comment.
  if (anchor.line !== suggestion.endLine || (anchor.startLine ?? anchor.line) !== suggestion.startLine) return null;
  // What would have to be spelled out to be read is nothing that anybody should apply unseen.
  return visible(suggestion.text) === suggestion.text ? fence(suggestion.text, "suggestion") : null;
}

/** The replacement as a code block that nobody can apply; null when there is none. */
export function replacementBlock({ suggestion }: TrackedFinding): string | null {
  if (suggestion === null || suggestion === undefined) return null;
  if (suggestion.text === "") return "Suggested: delete these lines.";
  return `Suggested instead:\n\n${fence(visible(suggestion.text))}`;
}
