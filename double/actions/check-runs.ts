// Check runs: create and update with GitHub's limits, rerequest, buttons.
// https://docs.github.com/en/rest/checks/runs (limits), https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run
import { presentCheckRun, presentCheckSuite } from "../present/checks.ts";
import type { CheckConclusion, CheckStatus } from "../check-words.ts";
import type { Annotation, CheckRun, Repository } from "../state.ts";
import { nodeId, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { suiteFor } from "./check-suites.ts";

/** Fields of a create or an update; absent ones stay as they are. */
export interface CheckRunFields {
  name?: string | undefined;
  detailsUrl?: string | undefined;
  externalId?: string | undefined;
  status?: CheckStatus | undefined;
  conclusion?: CheckConclusion | undefined;
  startedAt?: Date | undefined;
  completedAt?: Date | undefined;
  /** Replaces title, summary and text; its annotations are appended. */
  output?: { title: string | null; summary: string; text: string | null; annotations: Annotation[] } | undefined;
  actions?: CheckRun["actions"] | undefined;
}

/** Creates a check run on a commit; `check_run.created`, and `completed` too when it starts out so. */
export async function createCheckRun(
  world: World,
  writer: Writer,
  repository: Repository,
  draft: CheckRunFields & { name: string; headSha: string },
): Promise<CheckRun> {
  const suite = suiteFor(world, repository, draft.headSha);
  const id = world.newId();
  const run: CheckRun = {
    id,
    nodeId: nodeId("CR", id),
    repoId: repository.id,
    suiteId: suite.id,
    appId: world.state.app.id,
    name: draft.name,
    headSha: draft.headSha,
    externalId: "",
    detailsUrl: null,
    status: "queued",
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  world.state.checkRuns.set(id, run);
  apply(world, run, draft);
  await announceCheckRun(world, writer, run, "created");
  if (run.status === "completed") await announceCompletion(world, writer, run);
  return run;
}

/** Updates a check run; `check_run.completed` when it became completed. */
export async function updateCheckRun(
  world: World,
  writer: Writer,
  run: CheckRun,
  fields: CheckRunFields,
): Promise<void> {
  const wasCompleted = run.status === "completed";
  apply(world, run, fields);
  if (!wasCompleted && run.status === "completed") await announceCompletion(world, writer, run);
}

/** A person clicks "Re-run": `check_run.rerequested`. */
export async function rerequestRun(world: World, writer: Writer, run: CheckRun): Promise<void> {
  await announceCheckRun(world, writer, run, "rerequested");
}

/** A person clicks a button of the run. Throws when the run has no such button. */
export async function pressButton(world: World, writer: Writer, run: CheckRun, identifier: string): Promise<void> {
  if (!run.actions.some((action) => action.identifier === identifier)) {
    throw new Error(
      `check run ${run.id} has no button "${identifier}", only: ${run.actions.map((action) => action.identifier).join(", ")}`,
    );
  }
  await announceCheckRun(world, writer, run, "requested_action", { requested_action: { identifier } });
}

function apply(world: World, run: CheckRun, fields: CheckRunFields): void {
  if (fields.name !== undefined) run.name = fields.name;
  if (fields.detailsUrl !== undefined) run.detailsUrl = fields.detailsUrl;
  if (fields.externalId !== undefined) run.externalId = fields.externalId;
  if (fields.startedAt !== undefined) run.startedAt = fields.startedAt;
  if (fields.actions !== undefined) run.actions = fields.actions;
  if (fields.output !== undefined) {
    const { title, summary, text, annotations } = fields.output;
    run.output = { title, summary, text };
    run.annotations.push(...annotations);
  }
  if (fields.status !== undefined) run.status = fields.status;
  // "Providing conclusion will automatically set the status parameter to completed."
  if (fields.conclusion !== undefined) run.status = "completed";
  if (run.status === "completed") {
    run.conclusion = fields.conclusion ?? run.conclusion;
    run.completedAt = fields.completedAt ?? run.completedAt ?? world.now();
  } else {
    run.conclusion = null;
    run.completedAt = null;
  }
  const suite = world.state.checkSuites.get(run.suiteId);
  if (suite !== undefined) suite.updatedAt = world.now();
}

async function announceCheckRun(
  world: World,
  writer: Writer,
  run: CheckRun,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const suite = world.state.checkSuites.get(run.suiteId);
  const payload = {
    check_run: {
      ...presentCheckRun(world, run),
      ...(suite === undefined ? {} : { check_suite: await presentCheckSuite(world, suite) }),
    },
    ...extra,
  };
  const repository = repositoryOf(world, run.repoId);
  await world.emit({ event: "check_run", action, repository, sender: writer.user, payload });
}

async function announceCompletion(world: World, writer: Writer, run: CheckRun): Promise<void> {
  await announceCheckRun(world, writer, run, "completed");
  const runs = [...world.state.checkRuns.values()].filter(({ suiteId }) => suiteId === run.suiteId);
  const suite = world.state.checkSuites.get(run.suiteId);
  if (suite === undefined || runs.some(({ status }) => status !== "completed")) return;
  const payload = { check_suite: await presentCheckSuite(world, suite) };
  const repository = repositoryOf(world, run.repoId);
  await world.emit({ event: "check_suite", action: "completed", repository, sender: writer.user, payload });
}
