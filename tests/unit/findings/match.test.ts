import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import type { Finding } from "../../../src/findings/finding.ts";
import { fingerprintFinding, matchFindings, mergeFindings } from "../../../src/findings/match.ts";
import { reducePath } from "../../../src/findings/path.ts";
import type { TrackedFinding } from "../../../src/findings/tracked-finding.ts";
import { claimOf } from "../report/sample-round.ts";

function claim(title: string, context: string | null, change: Partial<Finding> = {}): Finding {
  const path = change.path === undefined ? "src/a.ts" : change.path;
  const fingerprint = fingerprintFinding({ path, rule: change.rule ?? null, title, context });
  return claimOf({ title, path, fingerprint, ...change });
}

const many = (n: number) => Array.from({ length: n }, (_, i) => claim(`claim ${i * 7919} of ${i}`, "open()"));
const first = (current: Finding[]) => matchFindings([], current, 1).tracked;
const ids = (tracked: readonly TrackedFinding[]) => tracked.map(({ id, status, age }) => `${id} ${status} ${age}`);

describe("fingerprint", () => {
  const base = { path: "a.ts", rule: null, title: "Close the file", context: "  open(path)" };

  test("is 16 hexadecimal characters", () => {
    expect(fingerprintFinding(base)).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ["indentation", { context: "open(path)" }],
    ["case, tag and punctuation", { title: "[P1] close the `file`." }],
  ])("survives %s", (_, change) => {
    expect(fingerprintFinding({ ...base, ...change })).toBe(fingerprintFinding(base));
  });

  test("does not know line numbers (F50)", () => {
    const [a, b, c, d] = ["line 233", "line 235", "a.ts:233-240", "a.ts:9"].map((line) =>
      fingerprintFinding({ ...base, title: `Close the file in ${line}` }),
    );

    expect(a).toBe(b);
    expect(c).toBe(d);
  });

  test.each([
    ["another path", { path: "b.ts" }],
    ["another claim", { title: "Open the file" }],
    ["other code", { context: "close(path)" }],
    ["a rule", { rule: "no-leak" }],
  ])("differs for %s", (_, change) => {
    expect(fingerprintFinding({ ...base, ...change })).not.toBe(fingerprintFinding(base));
  });
});

describe("between rounds", () => {
  test("a known claim keeps its id, its comment and grows older (A51, A117)", () => {
    const previous = first([claim("Leak", "open()")]).map((one) => ({ ...one, comment_id: 9, comment_url: "u" }));
    const { tracked, resolved, nextId } = matchFindings(
      previous,
      [claim("Leak", "open()", { startLine: 99, endLine: 99 })],
      2,
    );

    expect(tracked[0]).toMatchObject({ id: "RD-1", status: "still_open", age: 2, comment_id: 9, startLine: 99 });
    expect([resolved, nextId]).toEqual([[], 2]);
  });

  test("a claim that is gone is resolved, a new one gets the next number", () => {
    const { tracked, resolved, nextId } = matchFindings(first([claim("Leak", "open()")]), [claim("Race", "run()")], 2);

    expect(ids(tracked)).toEqual(["RD-2 open 1"]);
    expect(ids(resolved)).toEqual(["RD-1 resolved 1"]);
    expect(nextId).toBe(3);
  });

  test("other words about the same code are the same finding (A51)", () => {
    const previous = first([claim("Close the file when reading fails", "open()")]);

    expect(
      ids(matchFindings(previous, [claim("Close the file handle when the read fails", "open()")], 2).tracked),
    ).toEqual(["RD-1 still_open 2"]);
  });

  test("the same place does not make two claims one (A51)", () => {
    const previous = first([claim("Leak of the handle", "open()")]);

    expect(ids(matchFindings(previous, [claim("Missing permission check", "open()")], 2).tracked)).toEqual([
      "RD-2 open 1",
    ]);
  });

  test("one theme in three places is three findings (A51)", () => {
    const places = ["a()", "b()", "c()"];
    const previous = first(places.map((place) => claim("Leak", place)));

    expect(ids(previous)).toEqual(["RD-1 open 1", "RD-2 open 1", "RD-3 open 1"]);
    const { tracked, resolved } = matchFindings(previous, [claim("Leak", "c()"), claim("Leak", "a()")], 4);
    expect(ids(tracked)).toEqual(["RD-3 still_open 2", "RD-1 still_open 2"]);
    expect(ids(resolved)).toEqual(["RD-2 resolved 1"]);
  });

  test("the same claim twice in one round is two findings, and stays two", () => {
    const twice = [claim("Leak", "open()"), claim("Leak", "open()")];
    const previous = first(twice);

    expect(ids(previous)).toEqual(["RD-1 open 1", "RD-2 open 1"]);
    expect(ids(matchFindings(previous, twice, 3).tracked)).toEqual(["RD-1 still_open 2", "RD-2 still_open 2"]);
    expect(matchFindings(previous, twice.slice(1), 3).resolved).toHaveLength(1);
  });

  test("a dispute holds while the code is the same, and ends with it", () => {
    const decision = {
      word: "DISPUTE",
      by: "mona",
      rationale: "a.ts:1",
      rationale_url: null,
      commit: null,
      at: "2026-01-01T00:00:00Z",
    } as const;
    const previous = first([claim("Leak", "open()")]).map((one) => ({ ...one, status: "disputed" as const, decision }));

    expect(matchFindings(previous, [claim("Leak", "open()")], 2).tracked[0]).toMatchObject({
      status: "disputed",
      decision,
    });
    expect(matchFindings(previous, [claim("Leak", "open(2)")], 2).tracked[0]).toMatchObject({
      id: "RD-1",
      status: "still_open",
      decision: null,
    });
  });

  test("a resolved finding that is found again is open again (A55)", () => {
    const previous = first([claim("Leak", "open()")]).map((one) => ({ ...one, status: "resolved" as const }));

    expect(ids(matchFindings(previous, [claim("Leak", "open()")], 2).tracked)).toEqual(["RD-1 still_open 2"]);
    expect(matchFindings(previous, [], 2).resolved).toEqual([]);
  });

  test("the second round on the same head has nothing new, whatever the findings", () => {
    const any = fc.array(
      fc.record({ title: fc.string(), context: fc.option(fc.string()), path: fc.option(fc.constantFrom("a", "b")) }),
    );
    fc.assert(
      fc.property(any, (items) => {
        const current = items.map(({ title, context, path }) => claim(title, context, { path }));
        const start = matchFindings([], current, 1);
        const again = matchFindings(start.tracked, current, start.nextId);

        expect(again.tracked.map(({ id }) => id).toSorted()).toEqual(start.tracked.map(({ id }) => id).toSorted());
        expect([again.resolved, again.nextId]).toEqual([[], start.nextId]);
      }),
    );
  });

  test("thousands of findings at one line take linear time", () => {
    time(100);

    expect(Math.min(time(1600), time(1600))).toBeLessThan(32 * Math.max(4, Math.min(time(200), time(200), time(200))));
  });
});

describe("between reviewers", () => {
  test("the same claim of two is one, with both names and the worse priority", () => {
    const merged = mergeFindings([
      [claim("Leak", "open()", { priority: "P2", reviewer: "codex" })],
      [claim("Leak", "open()", { priority: "P1", reviewer: "static" }), claim("Race", "run()", { reviewer: "static" })],
    ]);

    expect(merged.map(({ title, priority, reviewer }) => [title, priority, reviewer])).toEqual([
      ["Leak", "P1", "codex, static"],
      ["Race", "P1", "static"],
    ]);
  });

  test("a reviewer that says it twice means two", () => {
    const twice = [claim("Leak", "open()"), claim("Leak", "open()")];

    expect(mergeFindings([twice])).toHaveLength(2);
    expect(mergeFindings([twice, twice])).toHaveLength(2);
    expect(mergeFindings([[], twice.slice(1), twice])).toHaveLength(2);
  });
});

describe("path", () => {
  const files = ["src/a.ts", "lib/a.ts", "src/b.ts", "deep/src/c.ts"];

  test.each([
    ["/srv/run/src/a.ts", "src/a.ts"],
    ["/srv/run//src/./a.ts", "src/a.ts"],
    ["./src/a.ts", "src/a.ts"],
    ["src/unchanged.ts", "src/unchanged.ts"],
    ["/elsewhere/src/b.ts", "src/b.ts"],
    ["C:\\checkout\\src\\b.ts", "src/b.ts"],
    ["/elsewhere/a.ts", null],
    ["/elsewhere/xsrc/b.ts", null],
    ["/srv/run2/unknown.ts", null],
    ["/srv/run/../secret", null],
    ["/x/../src/b.ts", null],
    ["../a.ts", null],
    ["src/", null],
    ["a\0b", null],
    ["", null],
  ])("%j → %j (A16, F06)", (printed, expected) => {
    expect(reducePath(printed, { root: "/srv/run/", files })).toBe(expected);
  });

  test("two candidates are none", () => {
    expect(reducePath("/x/src/a.ts", { files: ["a.ts", "src/a.ts"] })).toBeNull();
  });
});

/** Milliseconds to match n findings at one line with n others there. */
function time(n: number): number {
  const previous = first(many(n));
  const current = many(2 * n).slice(n);
  // CPU time of this process: a busy machine does not count.
  const start = process.cpuUsage();
  matchFindings(previous, current, n + 1);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}
