// The body of creating and updating a check run, with GitHub's limits: 50 annotations a request, title and summary
// together, 65,535 characters, three buttons of 20/40/20 characters. https://docs.github.com/en/rest/checks/runs
import type { CheckRunFields } from "../actions/check-runs.ts";
import { CHECK_CONCLUSIONS, CHECK_STATUSES } from "../check-words.ts";
import { ApiError, invalidRequest } from "../api-error.ts";
import {
  needString,
  optionalInteger,
  optionalObject,
  optionalObjects,
  optionalString,
  optionalWord,
} from "../read-body.ts";
import type { Annotation, CheckRun } from "../state.ts";

type Body = Record<string, unknown>;

/** Reads the optional fields; throws 422 for anything GitHub refuses. */
export function readCheckRunFields(body: Body): CheckRunFields {
  const status = optionalWord(body, "status", CHECK_STATUSES);
  const conclusion = optionalWord(body, "conclusion", CHECK_CONCLUSIONS);
  if (status === "completed" && conclusion === undefined) {
    throw invalidRequest(`"conclusion" wasn't supplied.`);
  }
  const detailsUrl = optionalString(body, "details_url");
  if (detailsUrl !== undefined && !/^https?:\/\//.test(detailsUrl)) refuse("details_url must use http or https scheme");
  return {
    name: optionalString(body, "name"),
    detailsUrl,
    externalId: optionalString(body, "external_id"),
    status,
    conclusion,
    startedAt: readTime(body, "started_at"),
    completedAt: readTime(body, "completed_at"),
    output: readOutput(optionalObject(body, "output")),
    actions: readActions(optionalObjects(body, "actions")),
  };
}

function readTime(body: Body, key: string): Date | undefined {
  const text = optionalString(body, key);
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw invalidRequest(`For 'properties/${key}', "${text}" is not a valid date-time.`);
  return time;
}

function readOutput(output: Body | undefined): CheckRunFields["output"] {
  if (output === undefined) return undefined;
  const summary = needString(output, "summary");
  const title = needString(output, "title");
  const text = optionalString(output, "text");
  for (const [name, value] of [
    ["summary", summary],
    ["text", text ?? ""],
  ] as const) {
    if (value.length > 65_535) refuse(`Only 65535 characters are allowed; ${value.length} were supplied in ${name}`);
  }
  const annotations = optionalObjects(output, "annotations") ?? [];
  if (annotations.length > 50)
    throw invalidRequest(`No more than 50 items are allowed; ${annotations.length} were supplied.`);
  return { title, summary, text: text ?? null, annotations: annotations.map(readAnnotation) };
}

function readAnnotation(entry: Body): Annotation {
  const startLine = needInteger(entry, "start_line");
  const endLine = needInteger(entry, "end_line");
  const level = optionalWord(entry, "annotation_level", ["notice", "warning", "failure"]);
  if (level === undefined) throw invalidRequest(`"annotation_level" wasn't supplied.`);
  const startColumn = optionalInteger(entry, "start_column") ?? null;
  const endColumn = optionalInteger(entry, "end_column") ?? null;
  if (startLine !== endLine && (startColumn !== null || endColumn !== null)) {
    refuse("Annotations may not have columns when start_line and end_line differ");
  }
  const message = needString(entry, "message");
  if (Buffer.byteLength(message) > 64 * 1024) refuse("Annotation message is too long (maximum is 64 KB)");
  const title = optionalString(entry, "title") ?? null;
  if (title !== null && title.length > 255) refuse("Annotation title is too long (maximum is 255 characters)");
  const path = needString(entry, "path");
  return {
    path,
    startLine,
    endLine,
    startColumn,
    endColumn,
    level,
    title,
    message,
    rawDetails: optionalString(entry, "raw_details") ?? null,
  };
}

function readActions(actions: Body[] | undefined): CheckRun["actions"] | undefined {
  if (actions === undefined) return undefined;
  if (actions.length > 3) throw invalidRequest(`No more than 3 items are allowed; ${actions.length} were supplied.`);
  return actions.map((action) => ({
    label: short(action, "label", 20),
    description: short(action, "description", 40),
    identifier: short(action, "identifier", 20),
  }));
}

function short(body: Body, key: string, limit: number): string {
  const value = needString(body, key);
  if (Array.from(value).length > limit)
    throw invalidRequest(`Only ${limit} characters are allowed; ${value.length} were supplied.`);
  return value;
}

function needInteger(body: Body, key: string): number {
  const value = optionalInteger(body, key);
  if (value === undefined) throw invalidRequest(`"${key}" wasn't supplied.`);
  return value;
}

function refuse(message: string): never {
  throw new ApiError(422, "Validation Failed", { errors: [{ resource: "CheckRun", code: "custom", message }] });
}
