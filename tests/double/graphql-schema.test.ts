// The schema the double answers must be a part of GitHub's: what is not in GitHub's schema, GitHub would refuse.
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";
import { expect, test } from "vitest";
import { schema } from "../../double/graphql/schema.ts";
import { readGithubSchema } from "../contracts/graphql-judge.ts";

test("every type, field, argument, interface and enum value of the double stands in GitHub's schema", () => {
  expect(differences(schema, readGithubSchema())).toEqual([]);
  expect(ownTypes(schema).length).toBeGreaterThan(40);
});

test("the comparison sees invented and wrongly typed parts", () => {
  const invented = buildSchema(`
    interface Node { id: ID! }
    enum DiffSide { LEFT MIDDLE }
    type Round { id: ID! }
    type Query { node(id: ID!, round: Int): Node repository(owner: String!): Repository viewer: User }
    type Repository { name: String! stars: Int }
    type User implements Node { id: ID! }
  `);
  expect(differences(invented, readGithubSchema())).toEqual([
    "DiffSide.MIDDLE is not on GitHub",
    "Round is not on GitHub",
    "Query.node(round): Int, GitHub: undefined",
    "Query.repository(name) is required on GitHub",
    "Query.viewer: User, GitHub: User!",
    "Repository.stars: Int, GitHub: undefined",
  ]);
});

function ownTypes(own: GraphQLSchema): GraphQLNamedType[] {
  const builtIn = new Set(["String", "Int", "Float", "Boolean", "ID"]);
  return Object.values(own.getTypeMap()).filter(({ name }) => !name.startsWith("__") && !builtIn.has(name));
}

function differences(own: GraphQLSchema, github: GraphQLSchema): string[] {
  return ownTypes(own).flatMap((type) => {
    const same = github.getType(type.name);
    if (!same || same.constructor.name !== type.constructor.name) return [`${type.name} is not on GitHub`];
    return [...compareFields(type, same), ...compareInterfaces(type, same), ...compareValues(type, same)];
  });
}

function compareFields(ours: GraphQLNamedType, theirs: GraphQLNamedType): string[] {
  if (!hasFields(ours) || !hasFields(theirs)) return [];
  const known = theirs.getFields();
  return Object.values(ours.getFields()).flatMap((field) => {
    const at = `${ours.name}.${field.name}`;
    const same = known[field.name];
    if (String(same?.type) !== String(field.type))
      return [`${at}: ${String(field.type)}, GitHub: ${String(same?.type)}`];
    return same && "args" in field && "args" in same ? compareArguments(at, field.args, same.args) : [];
  });
}

function compareArguments(at: string, ours: readonly GraphQLArgument[], theirs: readonly GraphQLArgument[]): string[] {
  const wrong = ours.flatMap((argument) => {
    const same = theirs.find(({ name }) => name === argument.name);
    const isSame = String(same?.type) === String(argument.type);
    return isSame ? [] : [`${at}(${argument.name}): ${String(argument.type)}, GitHub: ${String(same?.type)}`];
  });
  const left = theirs.filter(({ name, type }) => String(type).endsWith("!") && !ours.some((one) => one.name === name));
  return [...wrong, ...left.map(({ name }) => `${at}(${name}) is required on GitHub`)];
}

function compareInterfaces(ours: GraphQLNamedType, theirs: GraphQLNamedType): string[] {
  if (!isObjectType(ours) || !isObjectType(theirs)) return [];
  const known = new Set(theirs.getInterfaces().map(({ name }) => name));
  return ours
    .getInterfaces()
    .flatMap(({ name }) => (known.has(name) ? [] : [`${ours.name} implements no ${name} on GitHub`]));
}

function compareValues(ours: GraphQLNamedType, theirs: GraphQLNamedType): string[] {
  if (!isEnumType(ours) || !isEnumType(theirs)) return [];
  return ours
    .getValues()
    .flatMap(({ name }) => (theirs.getValue(name) ? [] : [`${ours.name}.${name} is not on GitHub`]));
}

function hasFields(type: GraphQLNamedType) {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
}
