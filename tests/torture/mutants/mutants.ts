// Guards of the loop, each taken out once. A suite that stays green without the guard proves nothing by being green.
// The texts must stand in the source exactly once; when a guard moves, its mutant moves with it (the gate checks it).

/** One edit of one file. */
export type Edit = { file: string; find: string; replace: string };

/** What must notice: one test by its file and a piece of its name, or one torture cell. */
export type Killer = {
  project: "unit" | "adapters" | "rounds" | "torture";
  file: string;
  test: string;
  /** RONDO_TORTURE_CELL. */
  cell?: string;
};

export type Mutant = { id: string; edits: readonly Edit[]; killer: Killer };

const ADVANCE = "src/steps/advance.ts";
const IS_OVER = "record.fence !== running.fence";

export const MUTANTS: readonly Mutant[] = [
  {
    id: "no fence check",
    edits: [
      { file: ADVANCE, find: `running !== undefined && ${IS_OVER}) running.abort`, replace: "false) running.abort" },
      { file: ADVANCE, find: `if (running !== undefined && ${IS_OVER}) {`, replace: "if (false) {" },
    ],
    killer: { project: "rounds", file: "tests/rounds/pushes.test.ts", test: "kills a reviewer that would hang" },
  },
  {
    id: "no look at the live head",
    edits: [{ file: "src/steps/perform.ts", find: "if (missed !== null) return {", replace: "if (false) return {" }],
    killer: { project: "rounds", file: "tests/rounds/pushes.test.ts", test: "is found by the round itself" },
  },
  {
    id: "no MAC of the marker",
    edits: [
      {
        file: "src/report/marker.ts",
        find: "find((marker) => verifyMarker(marker, keys))?.key",
        replace: "at(0)?.key",
      },
    ],
    killer: {
      project: "adapters",
      file: "tests/adapters/effect-protocol.test.ts",
      test: "bears our name and a marker that we did not sign",
    },
  },
  {
    id: "adoption without the author",
    edits: [{ file: "src/github/twins.ts", find: "one.user?.login === botLogin && ", replace: "" }],
    killer: {
      project: "adapters",
      file: "tests/adapters/effect-protocol.test.ts",
      test: "what somebody else pasted is not adopted",
    },
  },
  {
    id: "intent after the send",
    edits: [
      {
        file: ADVANCE,
        find: "if (!isInternal(due.entry.effect) && !(await intend(due))) return;",
        replace: "",
      },
      {
        file: ADVANCE,
        find: "return { performed: await perform(ref, record, due, deps) };",
        replace:
          "const performed = await perform(ref, record, due, deps); if (!isInternal(due.entry.effect)) await intend(due); return { performed };",
      },
    ],
    killer: {
      project: "torture",
      file: "tests/torture/crash/matrix.test.ts",
      test: "",
      cell: "compact SIGKILL during POST /repos/olga/{repo}/issues/1/comments#1",
    },
  },
  {
    id: "the client repeats by itself",
    edits: [
      { file: "src/github/app.ts", find: "retries: 0, fetch", replace: "retries: 3, fetch" },
      { file: "src/github/app.ts", find: "retry: { enabled: false },", replace: "" },
    ],
    killer: {
      project: "rounds",
      file: "tests/rounds/github-trouble.test.ts",
      test: "a comment whose answer was a 502 is there once",
    },
  },
  {
    id: "no flush of the folder",
    edits: [
      { file: "src/store/atomic-write.ts", find: "    await flushFolder(dirname(path));\n  });", replace: "  });" },
    ],
    killer: { project: "adapters", file: "tests/adapters/store.test.ts", test: "a change is on disk, file and folder" },
  },
  {
    id: "a lease without heartbeat",
    edits: [{ file: "src/store/lease.ts", find: "      await beat();\n      provenAtMs", replace: "      provenAtMs" }],
    killer: { project: "torture", file: "tests/torture/crash/owners.test.ts", test: "is never robbed while it lives" },
  },
  {
    id: "a wait inside of the worker",
    edits: [
      {
        file: ADVANCE,
        find: "if (due === undefined && running === undefined) return await rest(record);",
        replace: `if (due === undefined && running === undefined) {
        const dueAt = nextDueAt(record);
        if (dueAt === undefined) return undefined;
        await deps.clock.sleep(Math.max(1, Date.parse(dueAt) - Date.parse(now)), stop);
        continue;
      }`,
      },
    ],
    killer: { project: "rounds", file: "tests/rounds/waiting.test.ts", test: "waits by timer" },
  },
  {
    id: "the attempt in the key of an object",
    edits: [
      {
        file: "src/round/effect.ts",
        find: 'attempt: effect.kind === "run" ? effect.attempt : 1,',
        replace: 'attempt: effect.kind === "run" ? effect.attempt : Reflect.get(about, "attempt") || 1,',
      },
    ],
    killer: {
      project: "rounds",
      file: "tests/rounds/reviewers.test.ts",
      test: "prints no review is asked once more in the same round",
    },
  },
  {
    id: "twins stay",
    edits: [{ file: "src/github/twins.ts", find: "for (const twin of twins) {", replace: "for (const twin of []) {" }],
    killer: {
      project: "adapters",
      file: "tests/adapters/effect-protocol.test.ts",
      test: "of two comments the older stays",
    },
  },
];
