// Names of reviewers: what can be configured, and what an operator reads when a name is wrong.
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { REVIEWER_NAMES, reviewersFor } from "../../../src/reviewers/registry.ts";

const AVAILABLE = "Available: static. A program of your own is named under commands in the server file.";

function refusal(names: readonly string[]): { code: string; message: string; hint: string | undefined } {
  try {
    reviewersFor({ names, commands: {} });
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error("not refused");
}

describe("reviewersFor", () => {
  it("gives the named reviewers in order, each once", () => {
    const linter = { argv: ["/bin/true"], timeout_seconds: 60, environment: {} };
    const reviewers = reviewersFor({ names: ["linter", "static", "linter"], commands: { linter } });

    expect(reviewers.map((one) => one.name)).toEqual(["linter", "static"]);
    expect(REVIEWER_NAMES).toEqual(["static"]);
  });

  it.each([
    ["statik", `Did you mean static? ${AVAILABLE}`],
    ["Static", `Did you mean static? ${AVAILABLE}`],
    ["eslint", AVAILABLE],
    ["__proto__", AVAILABLE],
  ])("refuses %s and helps", (name, hint) => {
    expect(refusal([name])).toEqual({
      code: "REVIEWER_UNKNOWN",
      message: `There is no reviewer called "${name}".`,
      hint,
    });
  });

  it.each(["codex", "openai"])("says that %s is not part of this version", (name) => {
    expect(refusal(["static", name])).toEqual({
      code: "REVIEWER_UNAVAILABLE",
      message: `The reviewer ${name} is not part of this version of Rondo.`,
      hint: "Available: static.",
    });
  });

  it("refuses an empty list and a command without a program", () => {
    expect(refusal([]).code).toBe("REVIEWERS_NONE");
    const empty = { argv: [], timeout_seconds: 60, environment: {} };
    expect(() => reviewersFor({ names: ["linter"], commands: { linter: empty } })).toThrow("no program to run");
  });
});
