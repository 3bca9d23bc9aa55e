// GitHub's answer to a write is only believed when it names what was made. A proxy's empty page, a list (what a redirected
// POST ends in) or a half text are no proof: the object may stand there or not, so it is looked for before it is sent again.
import { RetryableError } from "../errors.ts";

/** `data` itself, when it has an id; else an ambiguous RetryableError GITHUB_UNREACHABLE. `what`: "Posting a comment". */
export function demandObject<Data>(what: string, data: Data): Data {
  const id: unknown = typeof data === "object" && data !== null && "id" in data ? data.id : undefined;
  if (typeof id === "number" || typeof id === "bigint") return data;
  throw new RetryableError(`${what}: GitHub's answer does not say what was made.`, {
    code: "GITHUB_UNREACHABLE",
    hint: "Look for a proxy that answers in GitHub's place; Rondo looks for what it sent and tries again.",
    isAmbiguous: true,
  });
}
