// How checks are run and shown: all at once, in order, each with an end; and the words for a person.
import { describe, expect, it } from "vitest";
import { showGroup, showSummary } from "../../../src/cli/show-doctor.ts";
import { type Check, missing, ok, type Result, skipped, warning, wrong } from "../../../src/doctor/check.ts";
import { runChecks } from "../../../src/doctor/run-checks.ts";
import { RetryableError } from "../../../src/errors.ts";
import { registerSecret } from "../../../src/mask-secrets.ts";

const check = (id: string, run: Check["run"], more: Partial<Check> = {}): Check => {
  return { id, group: "G", title: id, of: "any", run, ...more };
};
const ask = () => Promise.reject(new Error("asked"));
const options = { role: "serve", isOffline: false, limitMs: 1000 } as const;

describe("runChecks", () => {
  it("starts all at once and hands over in order, one that hangs after its time", async () => {
    const shown: string[] = [];
    const waits: number[] = [];
    const results = await runChecks(
      [
        check("slow", () => new Promise((resolve) => setTimeout(resolve, 20, ok("late")))),
        check("stuck", () => new Promise(() => {})),
        check("quick", async () => ok("now")),
      ],
      {
        ...options,
        limitMs: 40,
        onResult: ({ id }) => shown.push(id),
        onProgress: (running) => waits.push(running.length),
      },
    );
    expect(shown).toEqual(["slow", "stuck", "quick"]);
    expect(results.map(({ status }) => status)).toEqual(["ok", "error", "ok"]);
    expect(waits).toEqual([2, 1, 0]);
  });

  it("does not ask what another process holds, nor GitHub when it may not", async () => {
    const checks = [check("key", ask, { of: "worker" }), check("api", ask, { isRemote: true })];
    const results = await runChecks(checks, { ...options, role: "web", isOffline: true });
    expect(results.map(({ found }) => found)).toEqual(["not this process: worker only", "--offline"]);
  });

  it("takes an expected failure for an answer, and a bug for a bug", async () => {
    const failed = new RetryableError("It is gone.", { code: "X", hint: "Bring it back." });
    const [result] = await runChecks([check("a", () => Promise.reject(failed))], options);
    expect(result).toMatchObject({ status: "error", found: "It is gone.", todo: "Bring it back.", lacks: "service" });
    await expect(runChecks([check("a", () => Promise.reject(new TypeError("bug")))], options)).rejects.toThrow("bug");
  });
});

const plain = { hasColour: false, columns: null };
const result = (title: string, finding: Awaited<ReturnType<Check["run"]>>): Result => {
  return { id: title.toLowerCase(), group: "GitHub", title, ...finding };
};
const last = (...results: Result[]): string => showSummary(results, "serve", 0.44, plain);

describe("the words", () => {
  it("one line a check, what to do under it, and skipped ones of one reason together", () => {
    const results = [
      result("API", ok("fine")),
      result("Clock", warning("11 s ahead.", "Set it.")),
      result("Key", skipped("no key")),
      result("Hook", skipped("no key")),
    ];
    expect(showGroup(results, plain)).toBe(
      [
        "GitHub",
        "  ok       API             fine",
        "  warning  Clock           11 s ahead.",
        "                           → Set it.",
        "  skipped  2 checks        no key: Key, Hook",
        "",
        "",
      ].join("\n"),
    );
  });

  it("broken at the width of the terminal, but never inside a command, and coloured only there", () => {
    const text = showGroup(
      [result("API", wrong("It is wrong.", "Make a new one with `openssl rand -hex 32` please."))],
      {
        hasColour: true,
        columns: 60,
      },
    );
    expect(text).toContain("\u001B[31merror");
    expect(text).toMatch(/with\n +`openssl rand -hex 32` please\.\n/);
    expect(
      Math.max(
        ...text
          .replaceAll(/\p{Cc}\[\d+m/gu, "")
          .split("\n")
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(60);
  });

  it("without control characters and secrets, whoever wrote them", () => {
    registerSecret("canary-in-a-sentence");
    const text = showGroup([result("API", ok("a\u001B[2Jb\nc canary-in-a-sentence"))], plain);
    expect(text).not.toMatch(/(?!\n)\p{Cc}|canary/u);
    expect(text.split("\n")).toHaveLength(4);
  });

  it("the last line says whether it can work", () => {
    expect(last(result("API", ok("fine")))).toBe("rondo serve can be started.\n1 ok; 0.4 s.\n");
    expect(last(result("Server", ok("up")), result("B", warning("w", "t")))).toMatch(
      /^rondo serve is running and ready; the warnings/,
    );
    expect(last(result("API", missing("gone", "t")), result("B", skipped("no")))).toBe(
      "rondo serve cannot do its work now. Put the errors right and run rondo doctor again.\n1 error, 0 ok, 1 skipped; 0.4 s.\n",
    );
  });
});
