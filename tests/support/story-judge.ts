// The judge of a story: GitHub's published contracts over everything that went over the wire, and the rule that no
// secret and no path of this machine ever leaves, neither to GitHub nor into a log.
import type { Double } from "../../double/double.ts";
import type { JournalEntry } from "../../double/journal.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import type { RondoProcess } from "./processes.ts";

/** What was played, and what must not be seen outside. */
export type Played = {
  double: Double;
  processes: readonly RondoProcess[];
  secrets: readonly string[];
  /** Folders of this machine; logs may name them, GitHub may not hear of them. */
  paths: readonly string[];
};

/** Problems, each with where it was seen; empty when all is well. */
export function judgeStory({ double, processes, secrets, paths }: Played): string[] {
  const parts = secrets.flatMap(partsOf);
  const sent = double.journal.entries.flatMap((entry) => {
    const bytes = sentBytes(entry);
    return [...parts, ...paths]
      .filter((text) => bytes.includes(text))
      .concat(/\bgh[sp]_[A-Za-z0-9]{10}/.exec(bytes)?.[0] ?? [])
      .map((text) => `${entry.surface} ${entry.method} ${entry.path}: ${text} left this machine`);
  });
  const logged = processes.flatMap((each) => {
    const text = each.stdout() + each.stderr();
    return [...parts, ...(/\bgh[sp]_[A-Za-z0-9]{10}/.exec(text) ?? [])]
      .filter((secret) => text.includes(secret))
      .map((secret) => `pid ${each.child.pid}: ${secret} stands in the log`);
  });
  return [...judgeJournal(double.journal), ...sent, ...logged];
}

/** A whole secret, and each long line of a PEM (half a key is a leak too), as it is and in the spellings of a leak. */
function partsOf(secret: string): string[] {
  const lines = secret.split("\n").filter((line) => line.length > 30 && !line.startsWith("-----"));
  return [secret, ...lines].flatMap((part) => spellingsOf(part.trim()));
}

/** Pieces of 20 characters would do; whole ones keep the search through every byte of a story short. */
export function spellingsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString("base64");
    return text.slice(offset === 0 ? 0 : 4, Math.floor((offset + secret.length) / 3) * 4);
  });
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("hex"),
    Array.from(secret).toReversed().join(""),
    Array.from(secret).join(" "),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** What Rondo itself put on the wire: its requests without the one header that carries its token, and its answers. */
function sentBytes(entry: JournalEntry): string {
  if (entry.surface === "page") return "";
  if (entry.surface === "webhook") return JSON.stringify(entry.responseHeaders) + entry.responseBody.toString("utf8");
  const { authorization: _, ...headers } = entry.requestHeaders;
  return `${entry.path}\n${JSON.stringify(headers)}\n${entry.requestBody.toString("utf8")}`;
}
