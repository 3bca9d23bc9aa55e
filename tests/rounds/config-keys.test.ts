// Every key of `.github/rondo.yml` does something that a person can see: for each one two pull requests, with the key and
// without it. The cases stand in tests/support/config-keys.ts.
import { describe, expect, it } from "vitest";
import { KEY_CASES } from "../support/config-keys.ts";
import { startPlay } from "../support/config-play.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory({
  reviewers: "scripted,paid,patient,static",
  serverConfig: `  paid:
    argv: ["${process.execPath}", "${process.cwd()}/tests/fixtures/scripted-reviewer.mjs"]
  patient:
    argv: ["${process.execPath}", "${process.cwd()}/tests/fixtures/scripted-reviewer.mjs"]
    timeout_seconds: 90
    paid: false
reviewers: [scripted]`,
});

/** Eighty rounds are too many for every `npm test`; what every key promises is held there by unit tests. */
const isFull = process.env["RONDO_TEST_FULL"] === "1";

describe.runIf(isFull)("the key", () => {
  for (const [key, { set, also = "", sees, ...expected }] of Object.entries(KEY_CASES)) {
    it.concurrent(`${key} has an effect`, async () => {
      const story = stage();
      const [without, withKey] = await Promise.all([
        startPlay(story, `${also}\n`, false).then(sees),
        startPlay(story, merged(also, set), true).then(sees),
      ]);
      expect({ without, with: withKey }).toEqual(expected);
    }, 300_000);
  }
});

/** Lines that both have fall away where the key's own say the same section. */
function merged(also: string, set: string): string {
  return also.split(":")[0] === set.split(":")[0] ? `${set}\n` : `${also}\n${set}\n`;
}
