// For stories about what must not happen: they need the moment after which nothing more is to come.
import type { PullRequest } from "../../double/state.ts";
import type { Story } from "./story.ts";

/** Waits until everything said so far about the repository has been dealt with. */
export async function heard(story: Story, pull: PullRequest): Promise<void> {
  const isDone = ({ guid, responseBody }: { guid: string; responseBody: string }): boolean =>
    responseBody.includes("ignored") || story.workers.some((one) => one.stdout().includes(`"delivery":"${guid}"`));
  await story.double.deliveries.settled();
  await story.until("the end of every delivery", () => {
    const records = story.double.deliveries.records.filter(({ repositoryId }) => repositoryId === pull.repoId);
    return records.some(({ event }) => event === "pull_request") && records.every(isDone);
  });
}
