// The openai reviewer in a real round: what the model finds stands on the pull request with what it cost, and an account
// without money is an honest failure and never a clean review.
import { afterAll, describe, expect, it } from "vitest";
import { readLedger } from "../../src/store/ledger.ts";
import { type FakeOpenai, startFakeOpenai } from "../../double/model/fake-openai.ts";
import { stepOf } from "../../double/model/scenarios.ts";
import { useStory } from "../support/use-story.ts";

const KEY = "sk-test-Yk5Rm8Tq2Wd9Zx3Lc7Pb";
let model: FakeOpenai | undefined;

const stage = useStory({
  reviewers: "openai",
  serverConfig: "model: { prices: { house-model: { input: 1, cached_input: 0.1, output: 10 } } }",
  workerEnv: async () => {
    model = await startFakeOpenai({
      story: (n, body) => {
        const text = JSON.stringify(body);
        if (text.includes("no money left")) return stepOf("quota", n, body);
        return stepOf(text.includes("ask me something") ? "question-field" : "reviewer", n, body);
      },
    });
    return { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: model.baseUrl("story", "s"), RONDO_MODEL: "house-model" };
  },
});
afterAll(async () => await model?.close());

describe("with a model", () => {
  it.concurrent("its findings stand at their lines, its cost in the result and in the ledger (A66, A89)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "a.ts": "// BUG(P1): Close the file\n" });
    const record = await story.settled(pull, "OWNER_ACTION", 1);
    expect(record.reason).toBe("blockers");
    const page = story.page(pull);
    expect(page.inline.map(({ body }) => body).join()).toContain("Close the file");
    const cost = "$0.0019 (1 request, 1200 input tokens of which 200 cached, 90 output tokens of which 40 reasoning)";
    expect(page.own[0]?.body).toContain(`Cost: ${cost}`);
    const { lines } = await readLedger(story.dataDir);
    expect(lines).toContainEqual(
      expect.objectContaining({
        outcome: "REQUEST_CHANGES",
        cost_usd: 0.00192,
        input_tokens: 1200,
        model: "house-model",
      }),
    );
  });

  it.concurrent("an account without money is told as that, once, and nothing looks clean", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "b.ts": "export const b = 'no money left';\n" });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    const why = "quota: the account behind the server's key has no money or quota left.";
    expect(page.check?.output.title).toContain(`NOT REVIEWED: openai failed. ${why}`);
    expect(page.check?.conclusion).not.toBe("success");
    expect(page.own[0]?.body).toContain("Codex exit code: none (quota)");
    expect(page.own[0]?.body).toContain("Detected verdict: ERROR");
    expect(page.titles[1]).toMatch(/^REVIEWER FAILED: quota: .* Attempts: 1\./);
    const asked = model?.of("s").filter(({ body }) => JSON.stringify(body).includes("no money left"));
    expect(asked).toHaveLength(1);
  });

  it.concurrent("a question instead of a review is posted as what it is (A83, F34)", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "c.ts": "export const c = 'ask me something';\n" });
    await story.settled(pull, "OWNER_ACTION", 1);
    const page = story.page(pull);
    expect(page.check?.output.title).toContain("needs_input: the reviewer asked a question instead of reviewing.");
    expect(page.own[0]?.body).toContain("Which database is meant?");
  });
});
