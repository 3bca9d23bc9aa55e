// Judges GraphQL documents by GitHub's whole public schema, not by the subset the double answers: a document that the
// double happens to understand but GitHub would refuse is a mistake either way.
import {
  buildSchema,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
  GraphQLError,
  type GraphQLSchema,
} from "graphql";
import { schema as published } from "@octokit/graphql-schema";

let githubSchema: GraphQLSchema | undefined;

/** GitHub's public GraphQL schema. Built once a process: 1,636 types, about a second. */
export function readGithubSchema(): GraphQLSchema {
  githubSchema ??= buildSchema(published.idl, { assumeValid: true });
  return githubSchema;
}

/**
 * Everything GitHub would refuse before running the document: syntax, unknown fields and arguments, variables of a
 * wrong type, missing or not declared. One message each.
 */
export function judgeDocument(text: string, variables: Record<string, unknown>, operationName?: string): string[] {
  const schema = readGithubSchema();
  const document = parseOrError(text);
  if (document instanceof GraphQLError) return [document.message];
  const invalid = validate(schema, document).map((one) => one.message);
  if (invalid.length > 0) return invalid;
  const operation = getOperationAST(document, operationName);
  if (!operation) return ["the document has not exactly one operation and names none"];
  const declared = operation.variableDefinitions ?? [];
  const names = new Set(declared.map((one) => one.variable.name.value));
  const undeclared = Object.keys(variables).filter((name) => !names.has(name));
  const { errors = [] } = getVariableValues(schema, declared, variables);
  return [...undeclared.map((name) => `variable $${name} is not declared`), ...errors.map((one) => one.message)];
}

function parseOrError(text: string): ReturnType<typeof parse> | GraphQLError {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}
