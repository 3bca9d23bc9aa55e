// Finds the route of a request: templates become patterns once, routes with more fixed segments win.
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

interface Entry {
  route: Route;
  pattern: RegExp;
  fixedSegments: number;
}

// Parameters whose value may hold slashes, as in GitHub's description (`x-multi-segment`).
const MULTI_SEGMENT = new Set(["path", "basehead", "ref", "branch"]);

const entries: Entry[] = routes
  .map((route) => {
    const segments = route.path.split("/");
    return {
      route,
      pattern: toPattern(segments),
      fixedSegments: segments.filter((segment) => !segment.startsWith("{")).length,
    };
  })
  .sort((left, right) => right.fixedSegments - left.fixedSegments);

/** The route for a method and an encoded path, with its decoded parameters. */
export function matchRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const { route, pattern } of entries) {
    if (route.method !== method) continue;
    const groups = pattern.exec(path)?.groups;
    if (groups === undefined) continue;
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(groups)) params[name] = decode(value);
    return { route, params };
  }
  return undefined;
}

function toPattern(segments: string[]): RegExp {
  const parts = segments.map((segment) => {
    const name = /^\{(?<name>\w+)\}$/.exec(segment)?.groups?.["name"];
    if (name === undefined) return segment.replace(/[.*+?^$|()[\]\\]/g, "\\$&");
    return `(?<${name}>${MULTI_SEGMENT.has(name) ? ".+" : "[^/]+"})`;
  });
  // The empty group makes `groups` defined for templates without parameters.
  return new RegExp(`^${parts.join("/")}(?<nothing>)$`);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
