// `review`: a new round, also on a head that was reviewed before.
import { type CommentCommand, freeText } from "./command.ts";

export const reviewCommand: CommentCommand = {
  name: "review",
  usage: "review [focus]",
  summary: "start a round on the newest commit, also after a pause or an abort; the focus is shown to the reviewers",
  who: "allowed",
  example: "review the locking",
  read: (text) => ({ kind: "review", focus: readFocus(text), isFull: false }),
};

/** `review for the locking` means the locking. */
export function readFocus(text: string): string | null {
  return freeText(text.replace(/^for /i, ""));
}
