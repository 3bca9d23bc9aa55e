// The invariants that hold whatever breaks, checked on what GitHub saw and never on Rondo's own records: the double's byte
// journal, what it announced, and what stands on its pages in the end. Used by every suite of this folder.
import type { Double } from "../../double/double.ts";
import type { JournalEntry } from "../../double/journal.ts";
import type { CheckRun, IssueComment, PullRequest, Review, ReviewComment } from "../../double/state.ts";
import {
  CREATIONS,
  type Creation,
  creationsIn,
  endedAt,
  endOf,
  isObject,
  markerOf,
  quietUntil,
  tokenOf,
  tokensIn,
} from "./journal-facts.ts";

/** What is judged, and how strictly. */
export type Watched = {
  double: Double;
  /** Only this pull request; without it all of them. Calls are judged by its repository and its installation. */
  pull?: PullRequest;
  /** Shortest wait between an unclear end and the next send, milliseconds; default 0 (the look-up is demanded anyway). */
  settleMs?: number;
  /** True where reads lag by more than the wait: a second object may appear, as long as it is taken away again. */
  mayHeal?: boolean;
};

/** Broken promises in words that name the invariant and the object; empty when all hold. Call it when nothing is due. */
export function brokenInvariants(watched: Watched): string[] {
  const entries = callsAbout(watched);
  return [
    ...duplicates(watched),
    ...unlookedSends(entries, watched.settleMs ?? 0),
    ...callsInSilence(watched),
    ...openChecks(watched),
    ...staleReady(watched),
    ...reviewsOfOldHeads(watched, entries),
    ...reposted(watched),
    ...foreignEdits(watched, entries),
  ];
}

/** The calls of Rondo that name the watched pull request's repository. */
export function callsAbout({ double, pull }: Watched): JournalEntry[] {
  const ours = double.journal.entries.filter(({ surface }) => surface === "rest" || surface === "graphql");
  const names = pull === undefined ? null : namesOf(double, pull.repoId);
  if (names === null) return ours;
  return ours.filter(({ path }) => names.some((name) => path.includes(name)));
}

function namesOf({ state }: Double, repoId: number): string[] {
  const repository = state.repositories.get(repoId);
  if (repository === undefined) return [];
  const owner = state.users.get(repository.ownerId)?.login ?? "";
  const all = [`${owner}/${repository.name}`, ...repository.formerNames];
  return [...all.map((name) => `/repos/${name}/`), `/repositories/${repoId}/`];
}

/** I1, I3: one object a key, one RESULT and KICKOFF a round, one review a commit and round; at every moment, and in the end. */
function duplicates(watched: Watched): string[] {
  const { double } = watched;
  const standing = [
    ...ownComments(watched).map((one) => `comment ${markerOf(one.body) ?? `without a key: ${one.body.slice(0, 60)}`}`),
    ...ownReviews(watched).map((one) => `review ${markerOf(one.body) ?? "without a key"}`),
    ...ownInline(watched).map((one) => `inline comment ${markerOf(one.body) ?? "without a key"}`),
    ...ownChecks(watched).map((one) => `check run ${one.externalId}`),
    ...ownComments(watched).flatMap((one) => titleOf(one) ?? []),
    ...ownReviews(watched).map(
      (one) => `review of ${one.repoId}#${one.number} at ${one.commitSha}, round ${roundOf(one.body)}`,
    ),
  ];
  const ended = moreThanOnce(standing).map((what) => `I1/I3: more than one ${what}`);
  if (watched.mayHeal === true) return ended;
  const made = double.world.happenings.flatMap(({ happening: { event, action, payload, repository, sender } }) => {
    if (watched.pull !== undefined && repository?.id !== watched.pull.repoId) return [];
    if (sender.id !== double.state.app.botUserId || (action !== "created" && action !== "submitted")) return [];
    const [object] = [payload["comment"], payload["review"], payload["check_run"]].filter(isObject);
    if (object === undefined) return [];
    const key = typeof object["external_id"] === "string" ? object["external_id"] : markerOf(String(object["body"]));
    return key === undefined ? [] : [`${event} ${key}`];
  });
  return [...ended, ...moreThanOnce(made).map((what) => `I1/I3: made twice: ${what}`)];
}

function titleOf(comment: IssueComment): string | undefined {
  const title = /^#* *Codex Review -- (Round \d+ -- [A-Z]+)/.exec(comment.body)?.[1];
  return title === undefined ? undefined : `${title} on ${comment.repoId}#${comment.number} for ${shaOf(comment.body)}`;
}

/** The effect protocol: after an unclear end nothing is sent again before every page of the list was read. */
function unlookedSends(entries: readonly JournalEntry[], settleMs: number): string[] {
  const byKey = new Map<string, Creation[]>();
  for (const send of creationsIn(entries)) {
    const what = `${send.kind} ${send.key}`;
    byKey.set(what, [...(byKey.get(what) ?? []), send]);
  }
  return [...byKey].flatMap(([what, sends]) =>
    sends.flatMap((send, index) => {
      const next = sends[index + 1];
      if (next === undefined || endOf(send.entry) === "refused") return [];
      if (endOf(send.entry) === "done") return [`sent again after it was done: ${what}`];
      const waited = next.entry.at - endedAt(send.entry);
      if (waited < settleMs) return [`sent again ${Math.round(waited)} ms after an unclear end: ${what}`];
      return isLookedUp(entries, send, next) ? [] : [`sent again after an unclear end without a look: ${what}`];
    }),
  );
}

/** True when the last page of the list was read, and understood, between the two sends. */
function isLookedUp(entries: readonly JournalEntry[], send: Creation, next: Creation): boolean {
  const { list } = CREATIONS[send.kind];
  return entries.some(
    (entry) =>
      entry.method === "GET" &&
      entry.index > send.entry.index &&
      entry.index < next.entry.index &&
      list.test(entry.path) &&
      endOf(entry) === "done" &&
      !/rel="next"/.test(entry.responseHeaders["link"] ?? ""),
  );
}

/** How late a call may arrive that was on its way when the limit was told, milliseconds. */
const ON_ITS_WAY_MS = 250;

/** I11: no call of an installation before the time at which GitHub allows the next one. */
function callsInSilence({ double, pull }: Watched): string[] {
  const tokens = tokensIn(double);
  const installation = pull === undefined ? null : installationOf(double, pull);
  const until = new Map<number, { from: number; to: number }>();
  const broken: string[] = [];
  const calls = double.journal.entries.filter(({ surface }) => surface === "rest" || surface === "graphql");
  for (const entry of calls) {
    const id = tokens.get(tokenOf(entry));
    if (id === undefined || (installation !== null && id !== installation)) continue;
    const quiet = until.get(id);
    if (quiet !== undefined && entry.at > quiet.from + ON_ITS_WAY_MS && entry.at < quiet.to - 20)
      broken.push(
        `I11: ${entry.method} ${entry.path} came ${Math.round(quiet.to - entry.at)} ms before the limit ended`,
      );
    const to = quietUntil(entry);
    if (to !== null)
      until.set(id, { from: Math.max(endedAt(entry), quiet?.from ?? 0), to: Math.max(to, quiet?.to ?? 0) });
  }
  return broken;
}

/** I16: every check run we opened is completed. */
function openChecks(watched: Watched): string[] {
  return ownChecks(watched)
    .filter(({ status }) => status !== "completed")
    .map((run) => `I16: the check run ${run.externalId} is ${run.status} in the end`);
}

/** I4, end: what says READY, or is green, is about the live head. */
function staleReady(watched: Watched): string[] {
  const heads = new Map(
    [...watched.double.state.pullRequests.values()].map((one) => [`${one.repoId}#${one.number}`, one]),
  );
  return ownComments(watched).flatMap((one) => {
    const isReady = /^#* *PR READY for human merge/.test(one.body) && !/SUPERSEDED|superseded/.test(one.body);
    const live = heads.get(`${one.repoId}#${one.number}`);
    const sha = shaOf(one.body);
    return isReady && live?.state === "open" && sha !== live.headSha
      ? [`I4: READY stands for ${sha}, the head is ${live.headSha}`]
      : [];
  });
}

/** I4, on the way: nobody reviews a commit that was no head for five seconds. */
const OLD_HEAD_MS = 5000;

function reviewsOfOldHeads({ double }: Watched, entries: readonly JournalEntry[]): string[] {
  const left = new Map<string, number>();
  for (const { at, happening } of double.world.happenings)
    if (happening.event === "pull_request" && happening.action === "synchronize")
      left.set(`${happening.repository?.id} ${String(happening.payload["before"])}`, at.getTime());
  return creationsIn(entries).flatMap(({ entry, key, kind }) => {
    if (kind !== "review") return [];
    const [, repoId, , sha] = key.split("/");
    const gone = left.get(`${repoId} ${sha}`);
    return gone !== undefined && entry.at > gone + OLD_HEAD_MS
      ? [`I4: a review of ${sha} was sent ${entry.at - gone} ms after a push`]
      : [];
  });
}

/** I15: what a person deleted does not come back. */
function reposted({ double, pull }: Watched): string[] {
  const deleted = new Set<string>();
  return double.world.happenings.flatMap(({ happening: { event, action, payload, sender, repository } }) => {
    if (pull !== undefined && repository?.id !== pull.repoId) return [];
    const comment = payload["comment"];
    const key = isObject(comment) ? markerOf(String(comment["body"])) : undefined;
    if (key === undefined || (event !== "issue_comment" && event !== "pull_request_review_comment")) return [];
    const isOurs = sender.id === double.state.app.botUserId;
    if (action === "deleted" && !isOurs) deleted.add(key);
    return action === "created" && isOurs && deleted.has(key)
      ? [`I15: ${key} came back after a person deleted it`]
      : [];
  });
}

/** A marker that others paste is not adopted: we never edit what we did not write. */
function foreignEdits({ double }: Watched, entries: readonly JournalEntry[]): string[] {
  const { state } = double;
  return entries.flatMap((entry) => {
    const id = Number(/\/(?:issues|pulls)\/comments\/(\d+)$/.exec(entry.path)?.[1]);
    if (entry.method !== "PATCH" && entry.method !== "DELETE") return [];
    const object = state.issueComments.get(id) ?? state.reviewComments.get(id);
    return object !== undefined && object.authorId !== state.app.botUserId
      ? [`${entry.method} on a comment of somebody else: ${entry.path}`]
      : [];
  });
}

/** What is ours on the page of the watched pull request, or on all of them. */
export function ownComments({ double: { state }, pull }: Watched): IssueComment[] {
  return [...state.issueComments.values()].filter((one) => one.authorId === state.app.botUserId && isOf(one, pull));
}

/** Submitted ones; a pending review is seen by its author only. */
export function ownReviews({ double: { state }, pull }: Watched): Review[] {
  const own = [...state.reviews.values()].filter((one) => one.authorId === state.app.botUserId && isOf(one, pull));
  return own.filter((one) => one.state !== "PENDING" && markerOf(one.body) !== undefined);
}

/** Inline comments and replies. */
export function ownInline({ double: { state }, pull }: Watched): ReviewComment[] {
  return [...state.reviewComments.values()].filter((one) => one.authorId === state.app.botUserId && isOf(one, pull));
}

/** Check runs of the App; by repository, because they stand on commits. */
export function ownChecks({ double: { state }, pull }: Watched): CheckRun[] {
  const own = [...state.checkRuns.values()].filter((one) => one.appId === state.app.id);
  return own.filter((one) => pull === undefined || one.repoId === pull.repoId);
}

function isOf(one: { repoId: number; number: number }, pull: PullRequest | undefined): boolean {
  return pull === undefined || (one.repoId === pull.repoId && one.number === pull.number);
}

function installationOf({ state }: Double, pull: PullRequest): number | null {
  const owner = state.repositories.get(pull.repoId)?.ownerId;
  return [...state.installations.values()].find((one) => one.accountId === owner)?.id ?? null;
}

function shaOf(body: string): string | undefined {
  return markerOf(body)?.split("/")[3];
}

function roundOf(body: string): string | undefined {
  return markerOf(body)?.split("/")[4];
}

function moreThanOnce(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(names.filter((name) => seen.size === seen.add(name).size))];
}
