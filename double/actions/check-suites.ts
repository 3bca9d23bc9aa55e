// Check suites: GitHub makes one per App and SHA, on every push when the App may write checks, else with the first run.
import { ZERO_SHA } from "../git/bare-repository.ts";
import type { CheckSuite, Repository, User } from "../state.ts";
import { nodeId } from "../world.ts";
import type { World } from "../world.ts";
import { presentCheckSuite } from "../present/checks.ts";
import { installationFor } from "./installations.ts";

/** The App's suite for a SHA, made when there is none yet. */
export function suiteFor(
  world: World,
  repository: Repository,
  headSha: string,
  hint: { branch: string | null; before: string | null } = { branch: null, before: null },
): CheckSuite {
  const known = [...world.state.checkSuites.values()].find(
    (suite) => suite.repoId === repository.id && suite.headSha === headSha,
  );
  if (known !== undefined) return known;
  const id = world.newId();
  const suite: CheckSuite = {
    id,
    nodeId: nodeId("CS", id),
    repoId: repository.id,
    appId: world.state.app.id,
    headSha,
    headBranch: hint.branch,
    before: hint.before,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  world.state.checkSuites.set(id, suite);
  return suite;
}

/** After a push: makes the suite and announces `check_suite.requested` when the App may write checks there. */
export async function requestCheckSuite(
  world: World,
  sender: User,
  repository: Repository,
  push: { branch: string; before: string; after: string },
): Promise<void> {
  const installation = installationFor(world, repository);
  if (installation === undefined || installation.permissions["checks"] !== "write") return;
  const before = push.before === ZERO_SHA ? null : push.before;
  const suite = suiteFor(world, repository, push.after, { branch: push.branch, before });
  const payload = { check_suite: await presentCheckSuite(world, suite) };
  await world.emit({ event: "check_suite", action: "requested", repository, sender, payload });
}

/** A person (or the App) asks for the whole suite again. */
export async function rerequestSuite(
  world: World,
  sender: User,
  repository: Repository,
  suite: CheckSuite,
): Promise<void> {
  const payload = { check_suite: await presentCheckSuite(world, suite) };
  await world.emit({ event: "check_suite", action: "rerequested", repository, sender, payload });
}
