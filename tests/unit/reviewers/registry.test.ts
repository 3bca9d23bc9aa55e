// Names of reviewers: what can be configured, and what an operator reads when a name is wrong.
import { describe, expect, it } from "vitest";
import { Model } from "../../../src/repo-config/model.ts";
import type { ModelEnvironment } from "../../../src/reviewers/model-access.ts";
import { UserError } from "../../../src/errors.ts";
import { REVIEWER_NAMES, reviewersFor } from "../../../src/reviewers/registry.ts";

const AVAILABLE = "Available: static, openai, codex. A program of your own is named under commands in the server file.";

function refusal(
  names: readonly string[],
  environment?: ModelEnvironment,
): { code: string; message: string; hint: string | undefined } {
  try {
    reviewersFor({
      names,
      commands: {},
      ...(environment && { model: { environment, server: Model.parse({}), agent: null } }),
    });
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
    expect(REVIEWER_NAMES).toEqual(["static", "openai", "codex"]);
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

  it.each(["gemini", "claude"])("says that %s is not part of this version", (name) => {
    expect(refusal(["static", name])).toEqual({
      code: "REVIEWER_UNAVAILABLE",
      message: `The reviewer ${name} is not part of this version of Rondo.`,
      hint: "Available: static, openai, codex.",
    });
  });

  it("refuses a reviewer without its model, and says which setting is missing", () => {
    expect(refusal(["openai"])).toEqual({
      code: "MODEL_KEY_MISSING",
      message: "The reviewer openai asks a model and there is no key for it: OPENAI_API_KEY is not set.",
      hint: "Set OPENAI_API_KEY, or take openai out of RONDO_REVIEWERS.",
    });
    const own = { apiKey: null, baseUrl: "http://127.0.0.1:1/v1", name: null };
    expect(refusal(["openai"], own).code).toBe("MODEL_NAME_MISSING");
    const [reviewer] = reviewersFor({
      names: ["openai"],
      commands: {},
      model: { environment: { ...own, name: "local" }, server: Model.parse({}), agent: null },
    });
    expect(reviewer).toMatchObject({ name: "openai", isPaid: true, canBeAskedAgain: true });
  });

  it("takes codex where there is a model and a machine, and says what is missing", () => {
    const environment = { apiKey: "sk-k3Vb7QpX", baseUrl: null, name: null };
    const model = { environment, server: Model.parse({}), agent: null };
    const codex = { bin: null, path: "/nonexistent", workDir: "/nonexistent", sockets: [] };
    expect(refusal(["codex"]).code).toBe("MODEL_KEY_MISSING");
    expect(refusal(["codex"], environment).code).toBe("REVIEWER_UNAVAILABLE");
    const [reviewer] = reviewersFor({ names: ["codex"], commands: {}, model, codex });
    expect(reviewer).toMatchObject({ name: "codex", canBeAskedAgain: true });
  });

  it("refuses an empty list and a command without a program", () => {
    expect(refusal([]).code).toBe("REVIEWERS_NONE");
    const empty = { argv: [], timeout_seconds: 60, environment: {} };
    expect(() => reviewersFor({ names: ["linter"], commands: { linter: empty } })).toThrow("no program to run");
  });
});
