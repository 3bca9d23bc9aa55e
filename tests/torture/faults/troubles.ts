// The ways a call can go wrong, and what is promised for each: trouble that passes leaves the same page as no trouble;
// trouble that lasts leaves an honest word about it and no green. How each is played: double/faults.ts.
import type { Fault, FaultMatch } from "../../../double/faults.ts";
import * as presets from "../../../double/fault-presets.ts";
import type { Story } from "../../support/story.ts";
import type { CallClass } from "./calls.ts";
import type { Scene } from "./play.ts";

/** Where a trouble is put: the nth call of a class in one scene. */
export type Place = { story: Story; scene: Omit<Scene, "pull">; match: FaultMatch };

/** One way to go wrong. */
export type Trouble = {
  name: string;
  /** `passes`: the page ends as if nothing had been. `lasts`: it may also end with a reason. */
  kind: "passes" | "lasts";
  /** False where it makes no sense for that call. */
  fits(call: CallClass): boolean;
  arrange(place: Place): void;
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
  { name: "401 expired token", kind: "passes", fits: isApi, costs: 0, arrange: expireToken },
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
  {
    name: "permission removed",
    kind: "lasts",
    fits: always,
    costs: 0,
    arrange: (place) => happen(place, removePermissions),
  },
  { name: "suspended", kind: "lasts", fits: always, costs: 0, arrange: (place) => happen(place, suspend) },
  { name: "archived", kind: "lasts", fits: always, costs: 0, arrange: (place) => happen(place, archive) },
];

/** Served an older state: only for reads, and on a stage of its own, because every change is copied for it. */
export const STALE: Trouble = {
  ...once("stale read", (call) => isRead(call), { kind: "stale", lagMs: 1500 }),
};

function once(name: string, fits: Trouble["fits"], fault: Fault): Trouble {
  return { name, kind: "passes", fits, costs: 0, arrange: (place) => add(place, fault) };
}

function forEver(name: string, fits: Trouble["fits"], fault: Fault): Trouble {
  return { name, kind: "lasts", fits, costs: 0, arrange: (place) => add(place, fault, Number.POSITIVE_INFINITY) };
}

function add({ story, match }: Place, fault: Fault, times = 1): void {
  story.double.faults.add({ match, fault, times });
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

/** Something happens to the installation or the repository in the moment in which the call arrives, before it is answered. */
function happen({ story, scene, match }: Place, what: (story: Story, scene: Omit<Scene, "pull">) => void): void {
  let left = match.nth ?? 1;
  const { when } = match;
  const arrives: FaultMatch = {
    ...match,
    nth: 1,
    when: (subject) => {
      if (left === 0 || when?.(subject) === false) return false;
      left -= 1;
      if (left === 0) what(story, scene);
      return false;
    },
  };
  story.double.faults.add({ match: arrives, fault: presets.serverError });
}

function rename({ double }: Story, { owner, repo }: Omit<Scene, "pull">): void {
  void double.renameRepository(owner, repo, "renamed");
}

function removePermissions({ double }: Story, { owner, installationId }: Omit<Scene, "pull">): void {
  const installation = double.state.installations.get(installationId);
  if (installation === undefined) return;
  const less = { metadata: "read", contents: "read", pull_requests: "read", issues: "read" } as const;
  for (const token of double.state.tokens.values())
    if (token.holderId === installationId) token.permissions = { ...less };
  void double.acceptPermissions(owner, installation, less);
}

function suspend({ double }: Story, { owner, installationId }: Omit<Scene, "pull">): void {
  const installation = double.state.installations.get(installationId);
  if (installation !== undefined) void double.suspendApp(owner, installation);
}

function archive({ double }: Story, { owner, repo }: Omit<Scene, "pull">): void {
  void double.archiveRepository(owner, repo);
}

function expireToken(place: Place): void {
  const { double } = place.story;
  happenTo(place, (value) => {
    const token = double.state.tokens.get(value);
    if (token !== undefined) token.expiresAt = new Date(0);
  });
}

/** Like `happen`, with the token that the call carries. */
function happenTo(place: Place, what: (token: string) => void): void {
  const { when } = place.match;
  let carried = "";
  const match: FaultMatch = {
    ...place.match,
    when: (subject) => {
      if (when?.(subject) === false) return false;
      carried = (subject.headers["authorization"] ?? "").replace(/^(?:token|bearer) /i, "");
      return true;
    },
  };
  happen({ ...place, match }, () => what(carried));
}
