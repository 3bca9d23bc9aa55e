// Entry of the child process that the static reviewer starts: assignment in on stdin, reports out as JSON lines.
// It has no secrets, no network use and a capped heap; when it dies, the parent knows which file it was looking at.
import { text } from "node:stream/consumers";
import { analyse } from "./analyse.ts";
import { Assignment, type Report } from "./protocol.ts";
import { activeRules } from "./rules.ts";

function report(line: Report): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const work = Assignment.parse(JSON.parse(await text(process.stdin)));
await analyse(work, activeRules(work.choice), report);
// An orderly end would free every syntax node one by one, which takes minutes after a big change (measured).
process.stdout.write("", () => process.exit(0));
