// The reviewer codex in a real round: the real program looks at the change, with commands where the sandbox holds, and what
// it finds stands on the pull request; an endpoint that does not take the key is an honest failure and never a clean review.
import { afterAll, describe, expect, it } from "vitest";
import { realCodex } from "../support/codex.ts";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import type { FakeStep } from "../../double/model/script.ts";
import { stepOf } from "../../double/model/scenarios.ts";
import { useStory } from "../support/use-story.ts";

const bin = await realCodex("rounds with the reviewer codex");
const KEY = "sk-test-Jw3Vn6Hs9Bf2Gd5Kp8Qx";

describe.skipIf(bin === null)("with codex", () => {
  let model: FakeOpenai | undefined;
  const stage = useStory({
    reviewers: "codex",
    workerEnv: async () => {
      model = await startFakeOpenai({ story: (n, body) => answer(n, body) });
      return {
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: model.baseUrl("story", "s"),
        RONDO_MODEL: "scripted-model",
        RONDO_CODEX_BIN: bin ?? "",
      };
    },
  });
  afterAll(async () => await model?.close());

  it.concurrent("its findings stand at their lines, and the run says how it was shut in", async () => {
    const story = stage();
    const repo = await story.repository({ "README.md": "# Sample\n", "lib/far.ts": "export const far = 1;\n" });
    const pull = await story.open(repo, { "src/a.ts": "// BUG(P1): Close the file\n" });
    const record = await story.settled(pull, "OWNER_ACTION", 1, 90_000);
    expect(record.reason).toBe("blockers");
    const page = story.page(pull);
    expect(page.inline.map(({ path, body }) => `${path} ${body}`).join()).toMatch(/src\/a\.ts .*Close the file/s);
    expect(page.own[0]?.body).toMatch(
      /codex 0\.169\.0 \(scripted-model, (?:sandbox: \d+ of \d+ escapes blocked|no commands)\)/,
    );
    expect(page.own[0]?.body).toContain("export const far = 1;");
  });

  it.concurrent("a key that is not accepted is told as that, without host or endpoint's words", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "wrong-key.ts": "export const b = 'wrong key';\n" });
    await story.settled(pull, "OWNER_ACTION", 1, 90_000);
    const page = story.page(pull);
    expect(page.check?.output.title).toContain("NOT REVIEWED: codex failed. auth: the model's endpoint did not accept");
    expect(page.check?.conclusion).not.toBe("success");
    const bodies = JSON.stringify([page.own, page.check]);
    expect(bodies).not.toMatch(/sk-|127\.0\.0\.1|Incorrect API key/);
  });
});

type Body = { tools?: { name?: string }[]; input?: { type: string; output?: unknown }[] };

/** A careful reviewer: looks at the change and at a file beside it where it has commands, then reports what it saw. */
function answer(n: number, body: unknown): FakeStep {
  const { tools = [], input = [] }: Body = Object(body);
  const printed = input.flatMap((item) => (item.type === "function_call_output" ? [String(item.output)] : []));
  const hasCommands = tools.some(({ name }) => name === "exec_command");
  if (hasCommands && printed.length === 0) return { items: [{ call: "cat context/change.diff; cat repo/lib/far.ts" }] };
  const seen = printed.length > 0 ? printed.join("\n") : JSON.stringify(body);
  if (seen.includes("wrong key")) return stepOf("unauthorized", n, body);
  const step = stepOf("reviewer", n, printed.length > 0 ? { content: seen } : body);
  // What it saw of the tree goes into its words, so that the test can look for it.
  const [item] = step.items ?? [];
  if (item === undefined || !("text" in item)) return step;
  const review: Record<string, unknown> = JSON.parse(String(item.text));
  review["overall_explanation"] = hasCommands ? /export const far = 1;/.exec(seen)?.[0] : "export const far = 1;";
  return { items: [{ text: JSON.stringify(review) }] };
}
