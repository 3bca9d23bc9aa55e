// Pages of a list, as every GraphQL connection of GitHub has them: `first` or `last` is a must, at most 100.
// https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
import { refusal } from "./refusal.ts";

/** Arguments of a connection field. */
export type PageArguments = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
};

export type Connection<Item> = {
  nodes: Item[];
  totalCount: number;
  pageInfo: { startCursor: string | null; endCursor: string | null; hasNextPage: boolean; hasPreviousPage: boolean };
};

/** The asked page of `items`; `name` is the field's name for error texts. */
export function connect<Item>(name: string, items: readonly Item[], asked: PageArguments): Connection<Item> {
  const { first = null, last = null } = asked;
  demandBounds(name, first, last);
  const from = asked.after ? readCursor(asked.after) + 1 : 0;
  const to = asked.before ? readCursor(asked.before) : items.length;
  const end = first === null ? to : Math.min(to, from + first);
  const start = last === null ? from : Math.max(from, end - last);
  const nodes = items.slice(start, end);
  return {
    nodes,
    totalCount: items.length,
    pageInfo: {
      startCursor: nodes.length > 0 ? writeCursor(start) : null,
      endCursor: nodes.length > 0 ? writeCursor(start + nodes.length - 1) : null,
      hasNextPage: start + nodes.length < items.length,
      hasPreviousPage: start > 0,
    },
  };
}

function demandBounds(name: string, first: number | null, last: number | null): void {
  const [bound, size] = first === null ? ["last", last] : ["first", first];
  if (size === null) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw refusal("MISSING_PAGINATION_BOUNDARIES", message);
  }
  if (size > 100) {
    const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`${bound}\` limit of 100 records.`;
    throw refusal("EXCESSIVE_PAGINATION", message);
  }
}

function writeCursor(index: number): string {
  return Buffer.from(`cursor:v2:${index}`).toString("base64");
}

function readCursor(cursor: string): number {
  const index = /^cursor:v2:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  if (index === undefined)
    throw refusal("INVALID_CURSOR_ARGUMENTS", `\`${cursor}\` does not appear to be a valid cursor.`);
  return Number(index);
}
