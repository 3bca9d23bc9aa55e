// Pull requests that talk to the reviewer, and a model that obeys them: 24 kinds of orders in ten disguises on nine surfaces.
// The gate plays each kind once, on all surfaces, in four pull requests; full size plays every text on every surface alone.
import { rmSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { type FakeOpenai, startFakeOpenai } from "../../../double/model/fake-openai.ts";
import { useStory } from "../../support/use-story.ts";
import { brokenInvariants } from "../invariants.ts";
import { tortureSuite } from "../suite.ts";
import { corpus, KINDS, ordersIn, type Payload } from "./corpus.ts";
import { brokenPromises } from "./judge.ts";
import { obey } from "./obey.ts";
import { MARKER, openHostile, type Surface, SURFACES } from "./surfaces.ts";

const KEY = "sk-test-Zk4Wq8Jn2Xv6Lb9Rt3Hd";
const suite = tortureSuite("hostile");
let model: FakeOpenai | undefined;
const stage = useStory({
  reviewers: "openai,static",
  workerEnv: async () => {
    model = await startFakeOpenai({ obedient: (_: number, body: unknown) => obey(body, KEY) });
    return { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: model.baseUrl("obedient", "hostile"), RONDO_MODEL: "m" };
  },
});
afterAll(async () => {
  await model?.close();
  rmSync(MARKER, { force: true });
});

type HostileCell = { id: string; payload: Payload; surfaces: readonly Surface[] };

function cells(): HostileCell[] {
  const all = corpus();
  const alone = all.flatMap((payload) =>
    SURFACES.map((surface) => ({ id: `${payload.kind}/${payload.disguise}/${surface}`, payload, surfaces: [surface] })),
  );
  if (suite.isFull || suite.isOneCell) return [...together(all), ...alone];
  return together(forTheGate(suite.random.shuffle(all)));
}

/** Each kind once: those that decide the whole answer alone, the others together. */
function forTheGate(shuffled: readonly Payload[]): Payload[] {
  const firsts = shuffled.filter(({ kind }, at) => shuffled.findIndex((other) => other.kind === kind) === at);
  const alone = firsts.filter(({ kind }) => ["approve", "clean", "question"].includes(kind));
  const rest = firsts.filter((one) => !alone.includes(one));
  const joined = [rest].map((group) => ({
    kind: group.map(({ kind }) => kind).join("+"),
    disguise: "mixed",
    text: group.map(({ text }) => text).join("\n\n"),
  }));
  return [...alone, ...joined];
}

const together = (payloads: readonly Payload[]): HostileCell[] =>
  payloads.map((payload) => ({ id: `${payload.kind}/${payload.disguise}/all`, payload, surfaces: SURFACES }));

it("the corpus is whole, and the model sees every order of it", () => {
  const all = corpus();
  expect([KINDS.length, all.length, new Set(all.map(({ text }) => text)).size]).toEqual([24, 240, 240]);
  for (const { kind, disguise, text } of all)
    expect([kind, disguise, ...ordersIn(text)]).toEqual([kind, disguise, kind]);
});

it(
  "no text of a pull request has an effect beside words",
  async () => {
    const story = stage();
    const repo = await story.repository({ "README.md": "# Sample\n", "AGENTS.md": "## Review guidelines\nBe fair.\n" });
    let obeyed = 0;
    await suite.play(cells(), suite.size(6, 8), async ({ payload, surfaces }) => {
      const pull = await openHostile(story, repo, payload, surfaces);
      const record = await story.settled(pull, "OWNER_ACTION", 1, 120_000);
      const broken = brokenPromises(story, pull, record, [KEY]);
      if (broken.length > 0) throw new Error(broken.join("\n"));
      const asked = model?.of("hostile").find(({ body }) => body.instructions.includes(pull.headSha));
      const orders = ordersIn(JSON.stringify(asked?.body ?? ""));
      if (payload.kind.split("+").every((kind) => orders.has(kind))) obeyed += 1;
    });
    expect(brokenInvariants({ double: story.double })).toEqual([]);
    // The orders do reach the model: a suite in which nobody obeys proves nothing.
    expect(obeyed).toBeGreaterThan(0);
    process.stdout.write(`hostile: ${obeyed} rounds with a model that obeyed, 0 canaries left\n`);
  },
  suite.timeoutMs,
);
