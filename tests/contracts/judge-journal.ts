// Judges everything that went over the wire in a story: each test of the whole loop calls this at its end.
import type { Journal, JournalEntry } from "../../double/journal.ts";
import { createContractJudge, type ContractJudge } from "./judge.ts";

// Exempt by name: git's own programs speak git's protocol, and pages are for people.
const NOT_JUDGED: readonly JournalEntry["surface"][] = ["git", "page"];

/**
 * Every problem in the double's journal, each once, with how often it happened. An answer that a fault script made up
 * is not judged, the request that met it is. Takes seconds and blocks meanwhile: call it after the double has stopped.
 */
export function judgeJournal({ entries }: Pick<Journal, "entries">): string[] {
  const judge = createContractJudge();
  const counts = new Map<string, number>();
  const judged = entries.filter(({ surface }) => !NOT_JUDGED.includes(surface));
  for (const problem of judged.flatMap((entry) => judgeEntry(judge, entry))) {
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  return [...counts].map(([problem, count]) => (count === 1 ? problem : `${problem} (${count} times)`));
}

function judgeEntry(judge: ContractJudge, entry: JournalEntry): string[] {
  if (entry.surface === "webhook") return judgeDelivery(judge, entry);
  if (entry.surface === "graphql") return judgeGraphqlRequest(judge, entry);
  return judge.judgeExchange({
    method: entry.method,
    url: entry.path,
    requestHeaders: entry.requestHeaders,
    requestBody: entry.requestBody.toString("utf8"),
    status: entry.fault === null ? entry.status : null,
    responseHeaders: entry.responseHeaders,
    responseBody: entry.responseBody.toString("utf8"),
  });
}

function judgeDelivery(judge: ContractJudge, { requestHeaders, requestBody }: JournalEntry): string[] {
  const event = requestHeaders["x-github-event"] ?? "";
  const unsigned = requestHeaders["x-github-delivery"]
    ? []
    : [`webhook ${event}: header: x-github-delivery is required`];
  return [...unsigned, ...judge.judgeWebhook(event, JSON.parse(requestBody.toString("utf8")))];
}

function judgeGraphqlRequest(judge: ContractJudge, { requestBody }: JournalEntry): string[] {
  const body: { query?: unknown; variables?: Record<string, unknown>; operationName?: string } = JSON.parse(
    requestBody.toString("utf8"),
  );
  if (typeof body.query !== "string") return ["POST /graphql: request body: query must be a string"];
  return judge.judgeGraphql(body.query, body.variables ?? {}, body.operationName);
}
