// `full review`: a round that forgets what was said and decided before.
import type { CommentCommand } from "./command.ts";
import { readFocus } from "./review.ts";

export const fullReviewCommand: CommentCommand = {
  name: "full review",
  usage: "full review [focus]",
  summary:
    "the same, and every finding is said again and counts as open: inline comments are posted anew, disputes no longer hold",
  who: "allowed",
  example: "full review",
  read: (text) => ({ kind: "review", focus: readFocus(text), isFull: true }),
};
