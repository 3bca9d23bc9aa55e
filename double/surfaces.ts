// The two surfaces beside REST and git: GraphQL and the pages for people. Their modules load at the first request, so a
// test that needs neither starts fast.
import { ApiError, notFound } from "./api-error.ts";
import { authenticate } from "./auth.ts";
import type { Actor } from "./auth.ts";
import type { Limits } from "./limits.ts";
import { errorReply } from "./rest.ts";
import type { WireReply } from "./rest.ts";
import type { WireRequest } from "./server.ts";
import type { World } from "./world.ts";

/** `POST /api/graphql`: 200 with data and errors, or GitHub's JSON error body. */
export async function answerGraphql(world: World, limits: Limits, request: WireRequest): Promise<WireReply> {
  const headers = { "content-type": "application/json; charset=utf-8", date: world.now().toUTCString() };
  let actor: Actor = { kind: "anonymous" };
  try {
    actor = authenticate(world, request.headers["authorization"]);
    if (request.method !== "POST") throw notFound();
    const { answerGraphql: execute } = await import("./graphql/answer-graphql.ts");
    const body = await execute(world, actor, readBody(request.body));
    const counted = { ...limits.count(actor, world.now(), false), "x-ratelimit-resource": "graphql" };
    return { status: 200, headers: { ...headers, ...counted }, body: Buffer.from(JSON.stringify(body)) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reply = errorReply(error);
    return {
      status: reply.status,
      headers: { ...headers, ...reply.headers },
      body: Buffer.from(JSON.stringify(reply.body)),
    };
  }
}

/** Any other address: a page, or 404. */
export async function answerPage(world: World, request: WireRequest): Promise<WireReply> {
  const { servePage } = await import("./page/serve-page.ts");
  const page = request.method === "GET" ? await servePage(world, request.path) : await answerSubmitted(world, request);
  if (page !== undefined) return page;
  return { status: 404, headers: { "content-type": "text/plain; charset=utf-8" }, body: Buffer.from("Not Found\n") };
}

/** A form that a person sent: creating or installing the App. */
async function answerSubmitted(world: World, request: WireRequest): Promise<WireReply | undefined> {
  if (request.method !== "POST") return undefined;
  const { answerForm } = await import("./page/app-form.ts");
  return answerForm(world, request);
}

function readBody(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Falls through to the refusal below.
  }
  throw new ApiError(400, "Problems parsing JSON");
}
