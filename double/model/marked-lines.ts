// A reviewer that finds what is marked: each added line with `BUG(P1): title`. So a test writes down what is to be found.
import { addedLines } from "./added-lines.ts";
import { reviewJson } from "./review-json.ts";

/** The review of the unified diff that stands somewhere in `text`. */
export function reviewMarkedLines(text: string): string {
  return reviewJson(
    addedLines(text).flatMap(({ path, line, text: row }) => {
      const { priority, title } = /BUG\(P(?<priority>[0-3])\): (?<title>.*)$/.exec(row)?.groups ?? {};
      if (title === undefined) return [];
      return [{ path, line, priority: Number(priority), title: title.trim(), body: "The line says so itself." }];
    }),
  );
}
