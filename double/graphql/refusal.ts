// Refusals of the GraphQL API: HTTP 200 with an `errors` entry that has a `type`.
// https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api for the paging ones.
import { GraphQLError } from "graphql";

/** The types the double gives out. */
export type RefusalType =
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "UNPROCESSABLE"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION"
  | "INVALID_CURSOR_ARGUMENTS";

/** An error to throw from a resolver; graphql adds path and location. */
export function refusal(type: RefusalType, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** For App tokens whose permissions do not suffice. */
export function notAccessible(): GraphQLError {
  return refusal("FORBIDDEN", "Resource not accessible by integration");
}

/** For ids that name nothing, or nothing the caller may see. */
export function noSuchNode(id: string): GraphQLError {
  return refusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
}
