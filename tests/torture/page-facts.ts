// What stands on a pull request in the end, as text that two runs of one story share: names, ids, times and commits are
// replaced by what they mean. Two stories with the same text look the same to a person.
import type { Double } from "../../double/double.ts";
import type { PullRequest } from "../../double/state.ts";
import { pageOf } from "../support/story-page.ts";

/** Everything that is visible on the pull request, as indented JSON. `commits`: the story's own, in order. */
export function pageFacts(double: Double, pull: PullRequest, commits: readonly string[]): string {
  const page = pageOf(double, pull);
  const { state } = double;
  const login = (id: number): string => state.users.get(id)?.login ?? "?";
  const reactions = [...state.reactions.values()].map(
    (one) => `${one.subject.kind} ${one.subject.id} ${one.content} ${login(one.userId)}`,
  );
  const here = [pull.issueId, ...page.comments.map(({ id }) => id), ...page.reviews.map(({ id }) => id)];
  const facts = {
    head: pull.headSha,
    state: pull.state,
    comments: page.comments.map((one) => ({
      by: login(one.authorId),
      minimized: one.minimizedReason,
      body: lastWords(one.body, pull.headSha),
    })),
    reviews: page.reviews.map((one) => ({ state: one.state, commit: one.commitSha, body: one.body })),
    inline: page.inline.map((one) => ({
      path: one.path,
      line: one.original.line,
      commit: one.originalCommitSha,
      minimized: one.minimizedReason,
      body: one.body,
    })),
    checks: page.checks.map(({ name, headSha, externalId, status, conclusion, output, actions }) => ({
      name,
      headSha,
      externalId,
      status,
      conclusion,
      // The buttons of an old head come and go with its last words.
      ...(headSha === pull.headSha ? { output, actions } : { output: lastWords(JSON.stringify(output), pull.headSha) }),
    })),
    reactions: reactions.filter((text) => here.includes(Number(text.split(" ")[1]))).toSorted(),
  };
  const names: [string, string][] = [
    ...commits.flatMap((sha, index): [string, string][] => [
      [sha, `(commit ${index})`],
      [sha.slice(0, 10), `(commit ${index})`],
      [sha.slice(0, 8), `(commit ${index})`],
      [sha.slice(0, 7), `(commit ${index})`],
    ]),
    ...here.map((id, index): [string, string] => [String(id), `(object ${index})`]),
    ...page.inline.map(({ id }, index): [string, string] => [String(id), `(inline ${index})`]),
    ...page.checks.map(({ id }, index): [string, string] => [String(id), `(check ${index})`]),
    [state.repositories.get(pull.repoId)?.name ?? "?", "(repo)"],
    [String(pull.repoId), "(repo id)"],
    [`#${pull.number}`, "#(pr)"],
    [`pull/${pull.number}`, "pull/(pr)"],
    [pull.headRef, "(branch)"],
  ];
  const text = JSON.stringify(facts, null, 1);
  return withoutTimes(names.reduce((all, [from, to]) => all.replaceAll(wordOf(from), to), text));
}

/**
 * What speaks of an old head is written for the last time right after the push: before or after the next round has begun.
 * Only before that it names the newest head; a worker that comes back late writes it when the next round has ended. What it
 * says about its own head is the same. `text` may be inside of JSON.
 */
function lastWords(text: string, headSha: string): string {
  return text
    .replace(/(?:\\n|\n)+Newest head: `[^`]*`\./g, "")
    .replace(/(\\?"state\\?":\\?")[A-Z_]+(?=\\?",\\?"head\\?":\\?"(\w+))/g, (all, before: string, sha?: string) =>
      sha !== undefined && headSha.startsWith(sha) ? all : `${before}(next round)`,
    );
}

/** A number inside of a longer one is another number. */
function wordOf(text: string): RegExp {
  return new RegExp(`(?<![0-9A-Za-z])${text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![0-9])`, "g");
}

function withoutTimes(text: string): string {
  return (
    text
      // After a crash the look around at the start may see a push before its webhook is worked off.
      .replace(/Trigger: (?:synchronize|reconcile)/g, "Trigger: (push)")
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, "(server)")
      .replace(/ [0-9a-f]{32} -->/g, " (mac) -->")
      .replace(/\b\d+-r(\d+\.\d+-[a-z0-9-]+?)-[0-9a-f]{8}\b/g, "(pr)-r$1-(run)")
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC)?/g, "(time)")
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "(record)")
      .replace(/Duration \(s\): [\d.]+/g, "Duration (s): (duration)")
      .replace(/\b\d+(?:\.\d+)? ?(?:ms|s|min|minutes?|seconds?)\b/g, "(duration)")
  );
}
