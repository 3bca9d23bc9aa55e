// `extend N`: more rounds than `max_rounds` allows. It never raises a limit of cost or time.
import type { CommentCommand } from "./command.ts";

/** Most rounds that one command adds. */
const MAX_EXTEND = 50;

export const extendCommand: CommentCommand = {
  name: "extend",
  usage: "extend N",
  summary: `allow N more rounds, 1 to ${MAX_EXTEND}`,
  who: "allowed",
  example: "extend 5",
  read: (text) => {
    const rounds = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
    if (rounds >= 1 && rounds <= MAX_EXTEND) return { kind: "extend", rounds };
    return { why: `extend takes a whole number from 1 to ${MAX_EXTEND}` };
  },
};
