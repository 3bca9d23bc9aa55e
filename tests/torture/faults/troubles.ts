// The ways a call can go wrong, and what is promised for each: trouble that passes leaves the same page as no trouble;
// trouble that lasts leaves an honest word about it and no green. How each is played: double/faults.ts.
import type { Fault, FaultSubject } from "../../../double/faults.ts";
import * as presets from "../../../double/fault-presets.ts";
import { add, happen, type Place } from "./arrange.ts";
import type { CallClass } from "./calls.ts";

/** One way to go wrong. */
export type Trouble = {
  name: string;
  /** `passes`: the page ends as if nothing had been. `lasts`: it may also end with a reason. `deletes`: one comment less. */
  kind: "passes" | "lasts" | "deletes";
  /** False where it makes no sense for that call. */
  fits(call: CallClass): boolean;
  arrange(place: Place): void;
  /** Ends what lasts, as the people do who can; the loop has to go on then. */
  restore?(place: Place): Promise<void>;
  /** What is wrong with what the trouble left behind, which it also takes off the page. */
  after?(place: Place): string[];
  /** Seconds that the product must wait for it and the suite with it; too slow for the gate above 5. */
  costs: number;
};

const isApi = ({ surface }: CallClass): boolean => surface !== "git";
const always = (): boolean => true;
const isWrite = (call: CallClass): boolean => isApi(call) && call.method !== "GET";
const isRead = (call: CallClass): boolean => call.surface === "rest" && call.method === "GET";
/** A read whose 404 is an answer ("there is none") and no failure. */
const isQuestion = ({ name }: CallClass): boolean =>
  /contents|commits$|permission|comments\/\{comment_id\}$/.test(name);

/** Every trouble; the order is that of the cells. */
export const TROUBLES: readonly Trouble[] = [
  once("500 after", always, status(500, "after")),
  once("502 before", always, status(502, "before")),
  once("reset before", always, { kind: "reset", when: "before" }),
  once("reset after", always, { kind: "reset", when: "after" }),
  { ...once("hang before", always, { kind: "hang", when: "before" }), costs: 12 },
  { ...once("hang after", always, { kind: "hang", when: "after" }), costs: 12 },
  { ...once("slow body", isApi, { kind: "drip", pieces: 130, ms: 100 }), costs: 12 },
  once("403 retry-after", isApi, presets.secondaryLimit(403, 2)),
  { ...once("403 secondary", isApi, presets.secondaryLimit(403, null)), costs: 60 },
  once("429", isApi, presets.secondaryLimit(429, 2)),
  { name: "primary limit", kind: "passes", fits: isApi, costs: 4, arrange: (place) => add(place, primaryLimit(place)) },
  once("401 once", always, presets.badCredentials),
  { name: "401 expired token", kind: "passes", fits: isApi, costs: 0, arrange: (place) => happen(place, expireToken) },
  once("404 once", (call) => !isQuestion(call), presets.missing),
  {
    ...once("404 twice", (call) => isApi(call) && !isQuestion(call), presets.missing),
    arrange: (place) => add(place, presets.missing, 2),
  },
  once("cut JSON", isApi, { kind: "cutJson" }),
  once("cut off", always, { kind: "truncate" }),
  once("web page", always, { kind: "html" }),
  once("GraphQL error", ({ surface }) => surface === "graphql", graphqlError()),
  { name: "renamed", kind: "passes", fits: always, costs: 0, arrange: (place) => happen(place, rename) },
  forEver("404 for ever", (call) => !isQuestion(call), presets.missing),
  forEver("404 no such thing", isQuestion, presets.missing),
  forEver("410", (call) => isWrite(call) || isRead(call), presets.gone),
  forEver("422", isApi, presets.bodyTooLong),
  { ...lasting("permission removed", removePermissions), restore: givePermissions },
  { ...lasting("suspended", suspend), restore: unsuspend },
  { ...lasting("archived", archive), restore: unarchive },
];

function once(name: string, fits: Trouble["fits"], fault: Fault): Trouble {
  return { name, kind: "passes", fits, costs: 0, arrange: (place) => add(place, fault) };
}

/** What lasts is waited for: it is judged when nothing moves any more. */
function lasting(name: string, what: (place: Place) => void): Trouble {
  return { name, kind: "lasts", fits: always, costs: 6, arrange: (place) => happen(place, what) };
}

function forEver(name: string, fits: Trouble["fits"], fault: Fault): Trouble {
  return { name, kind: "lasts", fits, costs: 6, arrange: (place) => add(place, fault, Number.POSITIVE_INFINITY) };
}

function status(code: number, when: "before" | "after"): Fault {
  return { kind: "status", when, status: code, body: { message: "Server Error" } };
}

/** https://github.com/orgs/community/discussions/24694: an error without a type, with status 200. */
function graphqlError(): Fault {
  const message = "Something went wrong while executing your query.";
  return { kind: "status", when: "after", status: 200, body: { data: null, errors: [{ message }] } };
}

/** The reset is told as a time, so it is set when the call comes. */
function primaryLimit(place: Place): Fault {
  const headers: Record<string, string> = {};
  const fault: Fault = {
    kind: "status",
    when: "before",
    status: 403,
    headers,
    body: { message: "API rate limit exceeded" },
  };
  const { when } = place.match;
  place.match.when = (subject) => {
    if (when?.(subject) === false) return false;
    const limit = presets.primaryLimit(new Date(Date.now() + 2500));
    if (limit.kind === "status") Object.assign(headers, limit.headers);
    return true;
  };
  return fault;
}

function rename({ story: { double }, scene: { owner, repo } }: Place): void {
  void double.renameRepository(owner, repo, "renamed");
}

const LESS = { metadata: "read", contents: "read", pull_requests: "read", issues: "read" } as const;

function removePermissions({ story: { double }, scene: { owner, installationId } }: Place): void {
  const installation = double.state.installations.get(installationId);
  if (installation === undefined) return;
  for (const token of double.state.tokens.values())
    if (token.holderId === installationId) token.permissions = { ...LESS };
  void double.acceptPermissions(owner, installation, LESS);
}

async function givePermissions({ story: { double }, scene: { owner, installationId } }: Place): Promise<void> {
  const installation = double.state.installations.get(installationId);
  if (installation === undefined) return;
  for (const token of double.state.tokens.values())
    if (token.holderId === installationId) token.permissions = { ...double.state.app.permissions };
  await double.acceptPermissions(owner, installation, double.state.app.permissions);
}

function suspend({ story: { double }, scene: { owner, installationId } }: Place): void {
  const installation = double.state.installations.get(installationId);
  if (installation !== undefined) void double.suspendApp(owner, installation);
}

async function unsuspend({ story: { double }, scene: { owner, installationId } }: Place): Promise<void> {
  const installation = double.state.installations.get(installationId);
  if (installation !== undefined) await double.unsuspendApp(owner, installation);
}

function archive({ story: { double }, scene: { owner, repo } }: Place): void {
  void double.archiveRepository(owner, repo);
}

async function unarchive({ story: { double }, scene: { owner, repo } }: Place): Promise<void> {
  await double.unarchiveRepository(owner, repo);
}

function expireToken({ story: { double } }: Place, { headers }: FaultSubject): void {
  const carried = (headers["authorization"] ?? "").replace(/^(?:token|bearer) /i, "");
  const token = double.state.tokens.get(carried);
  if (token !== undefined) token.expiresAt = new Date(0);
}
