// What lasted is over: the people who can gave the access back. The loop has to go on with the next thing that happens, and
// everything that it left open while it could not write has to be closed.
import type { Story } from "../../support/story.ts";
import { brokenInvariants } from "../invariants.ts";
import type { Place } from "./arrange.ts";
import { logOf, newWatch, type Scene } from "./play.ts";
import type { Trouble } from "./troubles.ts";

const LIMIT_MS = 240_000;
const LAST = { "a.ts": "one();\ntwo();\nthree();\n" };

/** Gives access back, pushes a commit, and rejects with what is wrong when the round on it ended. */
export async function playOn(
  story: Story,
  scene: Scene,
  { trouble, place, settleMs }: { trouble: Trouble; place: Place; settleMs: number },
): Promise<void> {
  const { double, author } = story;
  await trouble.restore?.(place);
  const watch = newWatch(story, scene, { limitMs: LIMIT_MS, lastsSince: () => null });
  if (trouble.name === "suspended")
    await watch("the round goes on by itself", (now) => now.failure?.startsWith("access_lost:") !== true);
  await double.pushCommit(author, scene.repo, { branch: "change", files: LAST });
  const { pull } = scene;
  await watch(
    "READY when access is back",
    (now, isAtRest) => isAtRest && now.state === "READY" && now.head_sha === pull.headSha,
  );
  const broken = brokenInvariants({ double, pull, settleMs });
  if (broken.length > 0) throw new Error(`after access came back:\n${broken.join("\n")}\n${logOf(story, scene)}`);
}
