// One stage for a file of stories: set before the first, judged and taken down after the last.
import { afterAll, beforeAll, expect } from "vitest";
import { startStory, type Story, type StoryOptions } from "./story.ts";

/** Call at the top of a test file. The answer gives the stage inside of tests. */
export function useStory(options: StoryOptions = {}): () => Story {
  let story: Story | undefined;
  beforeAll(async () => {
    story = await startStory(options);
  }, 60_000);
  afterAll(async () => {
    try {
      expect(story?.judge()).toEqual([]);
    } finally {
      await story?.stop();
    }
  }, 60_000);
  return () => {
    if (story === undefined) throw new Error("the stage is not set: call this inside of a test");
    return story;
  };
}
