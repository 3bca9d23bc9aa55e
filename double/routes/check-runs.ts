// Check runs and suites. Limits of https://docs.github.com/en/rest/checks/runs are refused with 422.
import { createCheckRun, rerequestRun, updateCheckRun } from "../actions/check-runs.ts";
import type { CheckRunFields } from "../actions/check-runs.ts";
import { rerequestSuite } from "../actions/check-suites.ts";
import { ApiError, notFound, validationFailed } from "../api-error.ts";
import { resolveCommit } from "../git/bare-repository.ts";
import { paged } from "../paginate.ts";
import { presentAnnotation, presentCheckRun, presentCheckSuite } from "../present/checks.ts";
import { needString } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { CheckRun, CheckSuite } from "../state.ts";
import { readCheckRunFields } from "./check-run-body.ts";

const RUN = "/repos/{owner}/{repo}/check-runs/{check_run_id}";
const SUITE = "/repos/{owner}/{repo}/check-suites/{check_suite_id}";

/** `/check-runs…`, `/check-suites…`, `/commits/{ref}/check-runs|check-suites`. */
export const checkRunRoutes: Route[] = [
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/check-runs",
    access: ["checks:write"],
    createsContent: true,
    handle: create,
  },
  { method: "GET", path: RUN, access: ["checks:read"], handle: (call) => shown(call, 200, runOf(call)) },
  { method: "PATCH", path: RUN, access: ["checks:write"], handle: update },
  { method: "GET", path: `${RUN}/annotations`, access: ["checks:read"], handle: listAnnotations },
  { method: "POST", path: `${RUN}/rerequest`, access: ["checks:write"], handle: rerequest },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{ref}/check-runs",
    access: ["checks:read"],
    handle: listForRef,
  },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{ref}/check-suites",
    access: ["checks:read"],
    handle: listSuites,
  },
  { method: "GET", path: SUITE, access: ["checks:read"], handle: getSuite },
  { method: "GET", path: `${SUITE}/check-runs`, access: ["checks:read"], handle: listOfSuite },
  { method: "POST", path: `${SUITE}/rerequest`, access: ["checks:write"], handle: rerequestAll },
];

function runOf({ world, params, repository }: Call): CheckRun {
  const run = world.state.checkRuns.get(Number(params["check_run_id"]));
  if (run?.repoId !== repository().id) throw notFound();
  return run;
}

function suiteOf({ world, params, repository }: Call): CheckSuite {
  const suite = world.state.checkSuites.get(Number(params["check_suite_id"]));
  if (suite?.repoId !== repository().id) throw notFound();
  return suite;
}

function shown(call: Call, status: number, run: CheckRun): Reply {
  return { status, body: presentCheckRun(call.world, run) };
}

async function create(call: Call): Promise<Reply> {
  demandApp(call);
  const name = needString(call.body, "name");
  const headSha = needString(call.body, "head_sha");
  const fields: CheckRunFields = readCheckRunFields(call.body);
  if (!/^[0-9a-f]{40}$/.test(headSha) || (await resolveCommit(call.repository().gitDir, headSha)) === undefined) {
    throw validationFailed("CheckRun", "head_sha", "custom", `No commit found for SHA: ${headSha}`);
  }
  return shown(
    call,
    201,
    await createCheckRun(call.world, call.writer(), call.repository(), { ...fields, name, headSha }),
  );
}

async function update(call: Call): Promise<Reply> {
  demandApp(call);
  const run = runOf(call);
  await updateCheckRun(call.world, call.writer(), run, readCheckRunFields(call.body));
  return shown(call, 200, run);
}

function listAnnotations(call: Call): Promise<Reply> {
  const run = runOf(call);
  return paged(call, run.annotations, (annotation) => presentAnnotation(call.world, run, annotation));
}

async function rerequest(call: Call): Promise<Reply> {
  await rerequestRun(call.world, call.writer(), runOf(call));
  return { status: 201, body: {} };
}

async function listForRef(call: Call): Promise<Reply> {
  const sha = await demandCommit(call);
  const { id } = call.repository();
  return listRuns(
    call,
    [...call.world.state.checkRuns.values()].filter((run) => run.repoId === id && run.headSha === sha),
  );
}

function listOfSuite(call: Call): Promise<Reply> {
  const suite = suiteOf(call);
  return listRuns(
    call,
    [...call.world.state.checkRuns.values()].filter((run) => run.suiteId === suite.id),
  );
}

// Newest first; `filter=latest` (the default) keeps the newest run of each name and App.
function listRuns(call: Call, runs: CheckRun[]): Promise<Reply> {
  const { query } = call;
  const wanted = (name: string, value: string | number): boolean =>
    (query.get(name) ?? String(value)) === String(value);
  const found = runs
    .filter((run) => wanted("check_name", run.name) && wanted("app_id", run.appId) && wanted("status", run.status))
    .sort((left, right) => right.id - left.id);
  const newest = found.filter(
    (run, index) => found.findIndex((other) => other.name === run.name && other.appId === run.appId) === index,
  );
  const shownRuns = query.get("filter") === "all" ? found : newest;
  return paged(
    call,
    shownRuns,
    (run) => presentCheckRun(call.world, run),
    (page, total) => ({ total_count: total, check_runs: page }),
  );
}

async function listSuites(call: Call): Promise<Reply> {
  const sha = await demandCommit(call);
  const { id } = call.repository();
  const found = [...call.world.state.checkSuites.values()].filter(
    (suite) => suite.repoId === id && suite.headSha === sha,
  );
  return paged(
    call,
    found,
    (suite) => presentCheckSuite(call.world, suite),
    (page, total) => ({ total_count: total, check_suites: page }),
  );
}

async function getSuite(call: Call): Promise<Reply> {
  return { status: 200, body: await presentCheckSuite(call.world, suiteOf(call)) };
}

async function rerequestAll(call: Call): Promise<Reply> {
  await rerequestSuite(call.world, call.writer().user, call.repository(), suiteOf(call));
  return { status: 201, body: {} };
}

async function demandCommit(call: Call): Promise<string> {
  const ref = call.params["ref"] ?? "";
  const sha = await resolveCommit(call.repository().gitDir, ref);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return sha;
}

// People cannot write checks, whatever their role.
function demandApp(call: Call): void {
  if (call.actor.kind !== "installation") throw new ApiError(403, "You must authenticate via a GitHub App.");
}
