// The registry of REST routes: what is not listed here answers 501 and names itself. One line per noun.
import type { Route } from "./route.ts";
import { appRoutes } from "./routes/app.ts";
import { checkRunRoutes } from "./routes/check-runs.ts";
import { commitRoutes } from "./routes/commits.ts";
import { contentRoutes } from "./routes/contents.ts";
import { hookDeliveryRoutes } from "./routes/hook-deliveries.ts";
import { issueCommentRoutes } from "./routes/issue-comments.ts";
import { labelRoutes } from "./routes/labels.ts";
import { metaRoutes } from "./routes/meta.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { pullsOfCommitRoutes } from "./routes/pulls-of-commit.ts";
import { reactionRoutes } from "./routes/reactions.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { reviewCommentRoutes } from "./routes/review-comments.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { statusRoutes } from "./routes/statuses.ts";

/** All modelled REST operations. */
export const routes: readonly Route[] = [
  ...appRoutes,
  ...checkRunRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...hookDeliveryRoutes,
  ...issueCommentRoutes,
  ...labelRoutes,
  ...metaRoutes,
  ...pullRoutes,
  ...pullsOfCommitRoutes,
  ...reactionRoutes,
  ...repositoryRoutes,
  ...reviewCommentRoutes,
  ...reviewRoutes,
  ...statusRoutes,
];
