// A flood of commands. One person's commands on one pull request are counted in its state file, where every worker sees
// them; above the limit there is one notice, and then silence until the window is over. Counted are comments that were
// commands, each once, whether they were obeyed or not.
import type { PullRequestRecord } from "./round.ts";

/** The window, from a person's first command. */
const WINDOW_MS = 10 * 60_000;
/** Commands in a window that are obeyed: more than thirty findings, each with its decision. */
const MOST_COMMANDS = 60;
/** Commands in a window that are refused with a reaction. */
const MOST_REFUSED = 5;
/** People that are counted at once; the one who began first is forgotten first. */
const MOST_PEOPLE = 50;

type Count = NonNullable<PullRequestRecord["commanders"]>[number];

/** True when this person's commands are not even looked at now. */
export function isSilenced(record: PullRequestRecord | null, login: string, at: string): boolean {
  const count = countOf(record, login, at);
  return count !== undefined && count.is_told;
}

/** Counts one command. `isTooMany`: it is the first above the limit, and gets the notice instead of an answer. */
export function countCommand<R extends PullRequestRecord>(
  record: R,
  command: { login: string; commentId: number; isRefused: boolean; at: string },
): { record: R; isTooMany: boolean } {
  const { login, at } = command;
  if (record.seen_comments.includes(command.commentId)) return { record, isTooMany: false };
  const known = countOf(record, login, at) ?? { login, since: at, commands: 0, refused: 0, is_told: false };
  const commands = known.commands + 1;
  const refused = known.refused + (command.isRefused ? 1 : 0);
  const isTooMany = commands > MOST_COMMANDS || refused > MOST_REFUSED;
  const others = (record.commanders ?? []).filter((one) => one.login !== login && isOpen(one, at));
  const counted: Count = { ...known, commands, refused, is_told: isTooMany };
  return { record: { ...record, commanders: [...others, counted].slice(-MOST_PEOPLE) }, isTooMany };
}

function countOf(record: PullRequestRecord | null, login: string, at: string): Count | undefined {
  return record?.commanders?.find((one) => one.login === login && isOpen(one, at));
}

function isOpen(count: Count, at: string): boolean {
  return Date.parse(at) - Date.parse(count.since) < WINDOW_MS;
}
