// What a `command` reviewer reads on stdin. Published as docs/review-request.schema.json, so a change here is a change
// for everybody who wrote such a program: add optional fields, never rename one, and raise `schema` when one must go.
import { z } from "zod";
import type { ReviewLimits, ReviewRequest } from "../reviewer.ts";

/** The request, one JSON object. Names are in snake case because programs in any language read it. */
export const ReviewRequestJson = z.object({
  schema: z.literal(1).describe("Version of this format"),
  repo: z.string().describe("owner/name"),
  pr: z.number().int().positive().describe("Pull request number"),
  head_sha: z.string().describe("Commit that is reviewed"),
  base_sha: z.string().describe("Tip of the base branch"),
  merge_base_sha: z.string().describe("Commit that the diff starts from"),
  checkout_dir: z
    .string()
    .describe("Absolute folder with the changed files at the head; plain files, no symlinks, no .git"),
  diff_file: z.string().describe("Absolute path of the unified diff merge base..head"),
  files: z
    .array(
      z.object({
        path: z.string(),
        old_path: z.string().nullable().describe("Path at the merge base when renamed or copied"),
        status: z.enum(["added", "modified", "removed", "renamed", "copied", "type_changed"]),
        is_binary: z.boolean(),
        size_bytes: z.number().int().nonnegative().nullable().describe("Size at the head; null when removed"),
        omitted: z.string().nullable().describe("Why the content is not in checkout_dir; null when it is"),
      }),
    )
    .describe("Every changed file"),
  prompt: z.string().describe("Instruction block as posted in KICKOFF"),
  rules: z.array(z.object({ path: z.string(), text: z.string() })).describe("Rule files of the base commit"),
  earlier_findings: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        path: z.string().nullable(),
        status: z.string(),
        priority: z.string().optional(),
        decision: z
          .object({ word: z.string(), by: z.string().describe("Login"), why: z.string() })
          .optional()
          .describe("What a person decided about it; absent while nobody did"),
      }),
    )
    .describe("Findings of earlier rounds"),
  pull_request: z
    .object({ title: z.string(), body: z.string(), author: z.string().describe("Login") })
    .optional()
    .describe("The pull request's own words, hidden characters spelled out; absent without a pull request"),
  checks: z
    .object({
      failing: z.array(z.object({ name: z.string(), conclusion: z.string() })),
      pending: z.array(z.string()),
      passed: z.number().int().nonnegative(),
      problem: z.string().nullable().describe("Why they are not known in full; null when they are"),
    })
    .optional()
    .describe("Checks and statuses of others at the head, when the round started"),
  left_out: z
    .array(z.object({ what: z.string(), reason: z.string() }))
    .optional()
    .describe("What of all this was cut, left out or could not be read"),
  timeout_ms: z.number().int().positive().describe("The program is killed after this many milliseconds"),
  previous_answer: z
    .string()
    .optional()
    .describe("Asked for the second and last time: what the program printed first, cut to 20,000 characters"),
  problem: z.string().optional().describe("Why no verdict could be read from previous_answer"),
});
export type ReviewRequestJson = z.infer<typeof ReviewRequestJson>;

/** The request as JSON value, ready for stdin. */
export function toRequestJson(request: ReviewRequest, limits: ReviewLimits): ReviewRequestJson {
  return {
    schema: 1,
    repo: request.repo,
    pr: request.pr,
    head_sha: request.headSha,
    base_sha: request.baseSha,
    merge_base_sha: request.mergeBaseSha,
    checkout_dir: request.checkoutDir,
    diff_file: request.diffFile,
    files: request.files.map((file) => ({
      path: file.path,
      old_path: file.oldPath,
      status: file.status,
      is_binary: file.isBinary,
      size_bytes: file.sizeBytes,
      omitted: file.omitted,
    })),
    prompt: request.prompt,
    rules: request.rules.map(({ path, text }) => ({ path, text })),
    earlier_findings: request.earlierFindings.map((finding) => ({ ...finding })),
    ...(request.pullRequest && { pull_request: request.pullRequest }),
    ...(request.checks && { checks: { ...request.checks, ...copied(request.checks) } }),
    ...(request.contextLeftOut && { left_out: [...request.contextLeftOut] }),
    timeout_ms: limits.timeoutMs,
    ...(request.previousAnswer && {
      previous_answer: request.previousAnswer.output,
      problem: request.previousAnswer.problem,
    }),
  };
}

function copied({ failing, pending }: NonNullable<ReviewRequest["checks"]>) {
  return { failing: [...failing], pending: [...pending] };
}

/** JSON Schema (draft 2020-12) of the request, for docs/review-request.schema.json. */
export function reviewRequestJsonSchema(): Record<string, unknown> {
  return { title: "Request to a command reviewer", ...z.toJSONSchema(ReviewRequestJson) };
}
