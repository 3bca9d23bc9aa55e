// What a reviewer with a checkout finds beside it, as files: the same as in the text of `render-data.ts`, as JSON, so that
// no text in it can pass for anything else.
import type { ReviewRequest } from "../reviewer.ts";

/** Names and contents for the folder `context/`; the diff is not among them. */
export function contextFiles(request: ReviewRequest): { name: string; text: string }[] {
  const { files, rules, earlierFindings, pullRequest, checks, contextLeftOut = [] } = request;
  const named: readonly (readonly [string, unknown])[] = [
    ["pull-request.json", pullRequest ?? null],
    ["files.json", files],
    ["rules.json", rules],
    ["earlier.json", earlierFindings],
    ["checks.json", checks ?? null],
    ["left-out.json", contextLeftOut],
  ];
  return named.map(([name, value]) => ({ name, text: `${JSON.stringify(value, null, 1)}\n` }));
}
