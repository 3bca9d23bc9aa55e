// The one function that renders an effect key: it names one thing Rondo does on GitHub, for ever.
// The state file, the check run's external_id, the hidden marker, the log and timer job ids all carry it.

/** Parts of an effect key. `attempt` is always 1 for objects on GitHub (they are upserted over attempts). */
export type EffectKeyParts = {
  repoId: number;
  pr: number;
  headSha: string;
  round: number;
  attempt: number;
  /** What it is, e.g. `round`, `review`, `check`, `finding.<fingerprint>`, `run.<reviewer>`; `[a-z0-9._-]`. */
  kind: string;
};

/** `v1/{repoId}/{pr}/{headSha}/{round}.{attempt}/{kind}` */
export function effectKey(parts: EffectKeyParts): string {
  return `v1/${parts.repoId}/${parts.pr}/${parts.headSha}/${parts.round}.${parts.attempt}/${parts.kind}`;
}

const KEY =
  /^v1\/(?<repoId>[1-9][0-9]{0,15})\/(?<pr>[1-9][0-9]{0,9})\/(?<headSha>[0-9a-f]{40}|[0-9a-f]{64})\/(?<round>[0-9]{1,6})\.(?<attempt>[0-9]{1,6})\/(?<kind>[a-z0-9._-]{1,120})$/;

/** Reads a key back. Returns undefined for anything else. */
export function parseEffectKey(text: string): EffectKeyParts | undefined {
  const groups = KEY.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return {
    repoId: Number(groups["repoId"]),
    pr: Number(groups["pr"]),
    headSha: groups["headSha"] ?? "",
    round: Number(groups["round"]),
    attempt: Number(groups["attempt"]),
    kind: groups["kind"] ?? "",
  };
}

/** The key as a BullMQ job id, which may hold neither `:` nor `/` safely. */
export function effectKeyAsJobId(key: string): string {
  return key.replaceAll("/", "_");
}
