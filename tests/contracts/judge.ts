// The judges of the double in one place: rules that GitHub published and nobody here wrote. Stories run the real app
// against the double, and at their end every recorded exchange, GraphQL document and webhook is judged. That way the
// double cannot drift into a GitHub of our own invention, and the app cannot rely on one.
import { judgeDocument } from "./graphql-judge.ts";
import { restJudge, type Exchange, type RestJudge } from "./rest-judge.ts";
import { unwaived } from "./waivers.ts";
import { webhookJudge, type WebhookJudge } from "./webhook-judge.ts";

export type ContractJudge = {
  /** Problems of one REST exchange; empty when GitHub could have had it. */
  judgeExchange: (exchange: Exchange) => string[];
  /** Problems of one GraphQL document with its variables, by GitHub's whole schema. */
  judgeGraphql: (document: string, variables?: Record<string, unknown>, operationName?: string) => string[];
  /** Problems of one webhook payload the double sent. */
  judgeWebhook: (event: string, payload: unknown) => string[];
  /** The described operation behind a request, e.g. `GET /repos/{owner}/{repo}`; undefined when none is. */
  operationOf: (method: string, url: string) => string | undefined;
};

// Judges hold nothing but compiled schemas, so all callers in a process share them.
let compiled: { rest: RestJudge; webhooks: WebhookJudge } | undefined;

/** Reads the slices once a process and compiles each schema on first use. */
export function createContractJudge(): ContractJudge {
  compiled ??= { rest: restJudge(), webhooks: webhookJudge() };
  const { rest, webhooks } = compiled;
  return {
    judgeExchange: (exchange) => unwaived(rest.judge(exchange)),
    judgeWebhook: (event, payload) => unwaived(webhooks(event, payload)),
    judgeGraphql: (document, variables = {}, operationName) => {
      const details = judgeDocument(document, variables, operationName);
      return unwaived(details.map((detail) => ({ operation: "POST /graphql", part: "document", detail })));
    },
    operationOf: rest.operationOf,
  };
}
