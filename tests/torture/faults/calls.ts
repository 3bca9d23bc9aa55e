// The calls of the reference story, from the double's journal: one class for each kind of call, with how often it came. A
// new call in the product is a new class, and so has its cells by itself.
import type { Double } from "../../../double/double.ts";
import type { FaultMatch, FaultSubject } from "../../../double/faults.ts";
import type { JournalEntry } from "../../../double/journal.ts";
import { tokenOf, tokensIn } from "../journal-facts.ts";
import type { Scene } from "./play.ts";

/** A kind of call. `name` is stable: `POST /repos/{owner}/{repo}/check-runs`, `git GET info/refs`, `graphql Minimise`. */
export type CallClass = {
  name: string;
  surface: "rest" | "graphql" | "git";
  method: string;
  /** How often the reference story made it. */
  times: number;
};

/** The kinds of call that a story made, in the order of their first coming. */
export function callClasses(double: Double, scene: Pick<Scene, "owner" | "installationId">): CallClass[] {
  const found = new Map<string, CallClass>();
  const tokens = tokensIn(double);
  for (const entry of double.journal.entries) {
    const { surface, method, path, route, requestBody: body } = entry;
    if (surface === "page" || surface === "webhook" || !isOf(entry, scene, tokens)) continue;
    const name = nameOf({ surface, method, path, route, body });
    const known = found.get(name);
    if (known === undefined) found.set(name, { name, surface, method, times: 1 });
    else known.times += 1;
  }
  return [...found.values()];
}

/** Matches the calls of that class which this scene makes. */
export function matchOf(call: CallClass, scene: Pick<Scene, "owner" | "installationId">, double: Double): FaultMatch {
  const when = (subject: FaultSubject): boolean => nameOf(subject) === call.name && isFor(subject, scene, double);
  return { surface: call.surface, method: call.method, path: /^/, when };
}

/** True when the request is about this scene, or made with a token of its installation. */
export function isFor(subject: FaultSubject, scene: Pick<Scene, "owner" | "installationId">, double: Double): boolean {
  if (subject.path.includes(`/${scene.owner.login}/`)) return true;
  if (subject.path.includes(`/installations/${scene.installationId}/`)) return true;
  const token = (subject.headers["authorization"] ?? "").replace(/^(?:token|bearer) /i, "");
  return double.state.tokens.get(token)?.holderId === scene.installationId;
}

function isOf(
  entry: JournalEntry,
  scene: Pick<Scene, "owner" | "installationId">,
  tokens: ReadonlyMap<string, number>,
): boolean {
  if (entry.path.includes(`/${scene.owner.login}/`)) return true;
  if (entry.path.includes(`/installations/${scene.installationId}/`)) return true;
  return tokens.get(tokenOf(entry)) === scene.installationId;
}

function nameOf(call: Pick<FaultSubject, "surface" | "method" | "path" | "route" | "body">): string {
  if (call.surface === "graphql")
    return `graphql ${/(?:query|mutation) (\w+)/.exec(call.body.toString("utf8"))?.[1] ?? "?"}`;
  if (call.surface === "git") return `git ${call.method} ${/(?:info\/refs|git-[a-z-]+)/.exec(call.path)?.[0] ?? "?"}`;
  const path = call.route ?? call.path;
  // The organisation's defaults are read by the same route as the repository's own.
  return `${call.method} ${call.path.includes("/.github/") ? path.replace("{repo}", ".github") : path}`;
}
