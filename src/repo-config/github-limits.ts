// How much Rondo may ask of GitHub for one installation. Only the server's file has these keys: lower where other software
// acts for the same App, higher on a GitHub Enterprise Server whose administrator allows it.
import { z } from "zod";

const limit = (usual: number) => z.number().int().min(1).max(1_000_000).default(usual);

/** The section `github_limits` of the server's file. The defaults stay below GitHub's own figures. */
export const GithubLimits = z.object({
  content_per_minute: limit(60).describe(
    "Calls a minute that create comments, reviews or check runs; GitHub allows 80.",
  ),
  content_per_hour: limit(450).describe("The same in an hour; GitHub allows 500."),
  points_per_minute: limit(800).describe("REST points a minute, a read 1 and a write 5; GitHub allows 900."),
  graphql_points_per_minute: limit(1800).describe("GraphQL points a minute; GitHub allows 2,000."),
  calls_at_once: limit(40).describe("Calls under way at the same time; GitHub allows 100."),
});
export type GithubLimits = z.infer<typeof GithubLimits>;
