// Pages: per_page (default 30, at most 100), page, and the Link header in the form GitHub sends (`/repositories/{id}/…`).
// https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
import type { Call, Reply } from "./route.ts";
import { apiUrl } from "./world.ts";

/** One page of items, presented, with its Link header. `wrap` puts the page into an object with a total. */
export async function paged<Item>(
  call: Call,
  items: readonly Item[],
  present: (item: Item) => unknown,
  wrap: (page: unknown[], total: number) => unknown = (page) => page,
): Promise<Reply> {
  const { page, perPage } = pageOf(call);
  const shown = await Promise.all(items.slice((page - 1) * perPage, page * perPage).map(present));
  const link = linkHeader(call, page, Math.max(1, Math.ceil(items.length / perPage)));
  return { status: 200, body: wrap(shown, items.length), headers: link === "" ? {} : { link } };
}

/** The page a request asks for; nonsense falls back to the defaults, like on GitHub. */
export function pageOf(call: Call): { page: number; perPage: number } {
  const read = (name: string, fallback: number): number => {
    const value = Number.parseInt(call.query.get(name) ?? "", 10);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  return { page: read("page", 1), perPage: Math.min(100, read("per_page", 30)) };
}

/** Link header with prev, next, last, first; empty when there is one page only. */
export function linkHeader(call: Call, page: number, lastPage: number): string {
  const at = (number: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(number));
    return `<${apiUrl(call.world)}${call.linkPath}?${query.toString()}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (page > 1) links.push(at(page - 1, "prev"));
  if (page < lastPage) links.push(at(page + 1, "next"), at(lastPage, "last"));
  if (page > 1) links.push(at(1, "first"));
  return links.join(", ");
}
