// How many commands one person may send: the last one that is answered, the first that is not, and the ends of the window.
import { describe, expect, it } from "vitest";
import { countCommand, isSilenced } from "../../../src/round/flood.ts";
import { newRecord, type PullRequestRecord } from "../../../src/round/round.ts";

const REF = { installationId: 1, repoId: 7, owner: "octo", repo: "app", number: 3 };
const START = Date.parse("2026-01-01T00:00:00.000Z");
const WINDOW_MS = 600_000;
const at = (ms: number): string => new Date(START + ms).toISOString();

type Sent = { login?: string; isRefused?: boolean; from?: number; first?: number };

/** So many commands, a millisecond apart; the record afterwards and which of them were one too many. */
function send(count: number, start: PullRequestRecord = newRecord(REF), sent: Sent = {}) {
  const { login = "sam", isRefused = false, from = 0, first = 1 } = sent;
  const tooMany: number[] = [];
  let record = start;
  for (let n = 0; n < count; n += 1) {
    const counted = countCommand(record, { login, commentId: first + n, isRefused, at: at(from + n) });
    record = counted.record;
    if (counted.isTooMany) tooMany.push(n + 1);
  }
  return { record, tooMany };
}

describe("commands of one person", () => {
  it.each([
    ["obeyed", false, 60],
    ["refused", true, 5],
  ])("that are %s: the limit is still answered, the next one is the notice, then silence", (_, isRefused, limit) => {
    const full = send(limit, newRecord(REF), { isRefused });
    expect(full.tooMany).toEqual([]);
    expect(isSilenced(full.record, "sam", at(1000))).toBe(false);
    const over = send(1, full.record, { isRefused, from: 1000, first: 1000 });
    expect(over.tooMany).toEqual([1]);
    expect(isSilenced(over.record, "sam", at(1001))).toBe(true);
  });

  it("count together, whether obeyed or not", () => {
    const mixed = send(56, send(4, newRecord(REF), { isRefused: true }).record, { first: 100 });
    expect(mixed.tooMany).toEqual([]);
    expect(send(1, mixed.record, { first: 900 }).tooMany).toEqual([1]);
  });

  it("do not silence anybody else", () => {
    const { record } = send(6, newRecord(REF), { isRefused: true });
    expect(isSilenced(record, "sam", at(10))).toBe(true);
    expect(isSilenced(record, "ada", at(10))).toBe(false);
    expect(send(5, record, { login: "ada", isRefused: true, first: 500 }).tooMany).toEqual([]);
  });

  it("are silenced up to the last millisecond of the window, which begins with the first command", () => {
    const { record } = send(6, newRecord(REF), { isRefused: true });
    expect(isSilenced(record, "sam", at(WINDOW_MS - 1))).toBe(true);
    expect(isSilenced(record, "sam", at(WINDOW_MS))).toBe(false);
    const again = send(5, record, { isRefused: true, from: WINDOW_MS, first: 500 });
    expect(again.tooMany).toEqual([]);
    expect(again.record.commanders).toMatchObject([{ login: "sam", since: at(WINDOW_MS), refused: 5, is_told: false }]);
  });

  it("inside of the window do not move its end", () => {
    const { record } = send(5, send(1, newRecord(REF), { isRefused: true }).record, {
      isRefused: true,
      from: WINDOW_MS - 100,
      first: 50,
    });
    expect(isSilenced(record, "sam", at(WINDOW_MS - 1))).toBe(true);
    expect(isSilenced(record, "sam", at(WINDOW_MS))).toBe(false);
  });

  it("count once a comment: what acted before is not counted again", () => {
    const seen = { ...newRecord(REF), seen_comments: [1] };
    expect(countCommand(seen, { login: "sam", commentId: 1, isRefused: true, at: at(0) })).toEqual({
      record: seen,
      isTooMany: false,
    });
  });

  it("of the 51st person are counted, and the person who began first is forgotten", () => {
    let record: PullRequestRecord = newRecord(REF);
    for (let n = 0; n < 51; n += 1) record = send(1, record, { login: `p${n}`, from: n, first: 1 + n }).record;
    const counted = record.commanders?.map(({ login }) => login) ?? [];
    expect([counted.length, counted[0], counted.at(-1)]).toEqual([50, "p1", "p50"]);
  });

  it("of somebody nobody heard of are heard", () => {
    expect(isSilenced(null, "sam", at(0))).toBe(false);
  });
});
