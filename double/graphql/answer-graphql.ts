// Answers one GraphQL request over the part of GitHub's schema that the double knows.
import { execute, GraphQLError, parse, validate, type DocumentNode } from "graphql";
import { ApiError } from "../api-error.ts";
import type { Actor } from "../auth.ts";
import type { World } from "../world.ts";
import { findRenamedRepository, findRepository } from "../world.ts";
import { callerOf, type Caller } from "./caller.ts";
import { findNode } from "./find-node.ts";
import { mutations } from "./mutations.ts";
import { presentRepository } from "./present.ts";
import { refusal } from "./refusal.ts";
import { schema } from "./schema.ts";

/**
 * The JSON body of the answer, for HTTP 200: data and errors may both be there. `body` is the parsed request: `query`,
 * `variables`, `operationName`. Throws `ApiError` 401 for callers without an account and 400 for a body without a query.
 */
export async function answerGraphql(
  world: World,
  actor: Actor,
  body: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const caller = callerOf(world, actor);
  const { query, variables, operationName } = body;
  if (typeof query !== "string") throw new ApiError(400, "A query attribute must be specified and must be a string.");
  const { document, errors: problems } = readDocument(query);
  if (!document) return { errors: problems };
  const result = await execute({
    schema,
    document,
    rootValue: { ...queries(caller), ...mutations(caller) },
    variableValues: isObject(variables) ? variables : {},
    operationName: typeof operationName === "string" ? operationName : null,
  });
  const errors = result.errors?.map((error) => formatError(error));
  return { ...(result.data === undefined ? {} : { data: result.data }), ...(errors ? { errors } : {}) };
}

function queries(caller: Caller) {
  const { world, user } = caller;
  return {
    viewer: { __typename: "User", id: user.nodeId, databaseId: user.id, login: user.login },
    node: ({ id }: { id: string }) => findNode(caller, id),
    repository: ({ owner, name, followRenames }: { owner: string; name: string; followRenames: boolean }) => {
      const wanted = `${owner}/${name}`;
      const repository =
        findRepository(world, wanted) ?? (followRenames ? findRenamedRepository(world, wanted) : undefined);
      if (!repository || !caller.sees(repository)) {
        throw caller.missing(`Could not resolve to a Repository with the name '${wanted}'.`);
      }
      return presentRepository(caller, repository);
    },
  };
}

/** The parsed document, or the errors to answer instead. */
function readDocument(query: string): { document?: DocumentNode; errors?: unknown[] } {
  try {
    const document = parse(query);
    const problems = validate(schema, document);
    if (problems.length === 0) return { document };
    const hint = "(the double knows a part of GitHub's schema: double/graphql/schema.ts)";
    return { errors: problems.map((problem) => ({ ...problem.toJSON(), message: `${problem.message} ${hint}` })) };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error.toJSON()] };
    throw error;
  }
}

/** GitHub puts the kind of refusal into `type`, beside the message. */
function formatError(error: GraphQLError): Record<string, unknown> {
  const cause = error.originalError instanceof ApiError ? refusalOf(error.originalError) : error;
  const { type } = cause.extensions;
  if (error.originalError && !(error.originalError instanceof ApiError) && type === undefined)
    throw error.originalError;
  const { path, locations } = error.toJSON();
  return { ...(type === undefined ? {} : { type }), ...(path ? { path } : {}), locations, message: cause.message };
}

/** The rules of comments are shared with REST; GraphQL only words their refusals differently. */
function refusalOf({ status, message, errors = [] }: ApiError): GraphQLError {
  const [first] = errors;
  const detail = isObject(first) && typeof first["message"] === "string" ? first["message"] : message;
  return refusal(status === 403 ? "FORBIDDEN" : status === 404 ? "NOT_FOUND" : "UNPROCESSABLE", detail);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
