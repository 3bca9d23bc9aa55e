// What the entries of config-keys.ts look at: a file or two to change, and what a person sees on the pull request then.
import type { PullRequest } from "../../double/state.ts";
import type { ConfigPlay } from "./config-play.ts";

/** `set`: the lines with the key; `also`: lines that both files have. `sees` resolves to the same kind of thing for both. */
export type KeyCase = {
  set: string;
  also?: string;
  sees: (play: ConfigPlay) => Promise<unknown>;
  without: unknown;
  with: unknown;
};

export const CLEAN = { "a.ts": "export const a = 1;\n" };
export const CLEANER = { "a.ts": "export const a = 2;\n" };
export const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
/** What the embedded rules find at P2. */
export const FOCUSED = 'describe("a", () => {\n  it.only("works", () => {});\n});\n';
export const NO_CHECK = "no check";

/** How many rules KICKOFF says that look. */
export const rulesOf = (play: ConfigPlay, pull: PullRequest): string | undefined =>
  /Prompt: none \(static rules [^,]+, (?<n>\d+ rules)\)/.exec(play.page(pull).own[0]?.body ?? "")?.groups?.["n"];
export const title = (body: string): string | undefined => /\[P[0-3]\] \w+/.exec(body)?.[0];

/** The conclusion of the check on the head of a pull request that was opened, pushed to, … */
export const checkOn = async (play: ConfigPlay, pull: PullRequest): Promise<string> => {
  await play.rest(pull);
  return play.page(pull).check?.conclusion ?? NO_CHECK;
};
export const opened = (more: { title?: string; draft?: boolean } = {}, files: Record<string, string> = CLEAN) => {
  return async (play: ConfigPlay): Promise<string> => await checkOn(play, await play.open(files, more));
};
export const pushed = async (play: ConfigPlay): Promise<string> => {
  const pull = await play.open(CLEAN);
  await play.push(pull, CLEANER);
  return await checkOn(play, pull);
};
export const reactions = async (play: ConfigPlay, pull: PullRequest, body: string): Promise<string> => {
  const comment = await play.comment(pull, body);
  await play.rest(pull);
  return play.page(pull).reactionsOn(comment).join() || "none";
};
export const lastTitle = (play: ConfigPlay, pull: PullRequest): string => play.page(pull).titles.at(-1) ?? "no comment";
