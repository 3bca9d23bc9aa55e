// `pause`: pushes start no rounds any more. What runs ends normally, and what was said about a commit stays said.
import { always, type CommentCommand } from "./command.ts";

export const pauseCommand: CommentCommand = {
  name: "pause",
  usage: "pause",
  summary: "start no more rounds by itself; a running one ends normally",
  who: "allowed",
  example: "pause",
  read: always({ kind: "pause" }),
};
