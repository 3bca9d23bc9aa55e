// Who may import whom. A file belongs to the first zone whose pattern matches it; a zone may import itself, the zones
// it names, and the packages it names. The order is the order of the flow: vocabulary, pure rules, ports, steps,
// adapters, entry points, workers.
import type { Import } from "./source-tree.ts";

export type Zone = {
  name: string;
  files: RegExp;
  /** Zones that may be imported besides the own one. */
  zones: readonly string[];
  /** Packages; a trailing `*` stands for the rest of the name. */
  packages: readonly string[];
  /** Everything from other files must be `import type`. */
  isTypesOnly?: boolean;
};

const VOCABULARY = ["vocabulary"];
const BEFORE_VERDICT = [...VOCABULARY, "findings", "intent", "reviewer port"];
const LIMITS = "limits";
const PURE = [LIMITS, ...BEFORE_VERDICT, "verdict", "round", "report", "repo-config", "prompt", "commands"];
const INNER = [...PURE, "ports"];
const HASH = "node:crypto";

/** The table of AGENTS.md. */
export const zones: readonly Zone[] = [
  { name: "vocabulary", files: /^src\/(?:errors|network-trouble|pull-request)\.ts$/, zones: [], packages: ["zod"] },
  { name: LIMITS, files: /^src\/limits\//, zones: [], packages: ["zod"] },
  { name: "findings", files: /^src\/findings\//, zones: VOCABULARY, packages: ["zod", HASH] },
  { name: "intent", files: /^src\/intent\//, zones: VOCABULARY, packages: ["zod"] },
  {
    name: "reviewer port",
    files: /^src\/reviewer\.ts$/,
    zones: [...VOCABULARY, "findings"],
    packages: [],
    isTypesOnly: true,
  },
  { name: "verdict", files: /^src\/verdict\.ts$/, zones: BEFORE_VERDICT, packages: ["zod"] },
  { name: "round", files: /^src\/round\//, zones: [...BEFORE_VERDICT, "verdict"], packages: ["zod", HASH] },
  { name: "report", files: /^src\/report\//, zones: [...BEFORE_VERDICT, "verdict", "round"], packages: ["zod", HASH] },
  {
    name: "repo-config",
    files: /^src\/repo-config(?:\.ts$|\/)/,
    zones: [...VOCABULARY, "findings"],
    packages: ["zod", "yaml"],
  },
  {
    name: "prompt",
    files: /^src\/prompt(?:\.ts$|\/)/,
    zones: [...VOCABULARY, "findings", "reviewer port"],
    packages: ["zod", HASH],
  },
  {
    name: "commands",
    files: /^src\/commands\//,
    zones: [...BEFORE_VERDICT, "verdict", "round", "report"],
    packages: ["fastest-levenshtein"],
  },
  {
    name: "ports",
    files: /^src\/(?:ports|checkouts|ledger|rate-limits)\.ts$/,
    zones: PURE,
    packages: [],
    isTypesOnly: true,
  },
  { name: "steps", files: /^src\/steps\//, zones: INNER, packages: [] },
  { name: "subprocess", files: /^src\/subprocess\//, zones: INNER, packages: ["node:*", "zod"] },
  { name: "sandbox", files: /^src\/sandbox\//, zones: [...INNER, "subprocess"], packages: ["node:*", "zod"] },
  {
    name: "github",
    files: /^src\/github\//,
    zones: INNER,
    packages: ["node:*", "zod", "octokit", "@octokit/*", "probot", "universal-github-app-jwt", "undici"],
  },
  { name: "git", files: /^src\/git\//, zones: [...INNER, "subprocess"], packages: ["node:*", "zod"] },
  {
    name: "reviewers",
    files: /^src\/(?:reviewers|gateway)(?:\.ts$|\/)/,
    zones: [...INNER, "subprocess", "sandbox"],
    packages: ["node:*", "zod", "yaml", "@ast-grep/*", "@secretlint/*", "oxlint"],
  },
  { name: "store", files: /^src\/store\//, zones: INNER, packages: ["node:*", "zod"] },
  { name: "queue", files: /^src\/queue\//, zones: INNER, packages: ["node:*", "zod", "bullmq", "ioredis"] },
  { name: "demo command", files: /^src\/cli\/demo/, zones: ["*", "double"], packages: ["*"] },
  // The only commands that start workers.
  { name: "worker commands", files: /^src\/cli\/(?:worker|serve)\.ts$/, zones: ["*", "workers"], packages: ["*"] },
  { name: "entry", files: /^src\//, zones: ["*"], packages: ["*"] },
  { name: "workers", files: /^workers\//, zones: ["*"], packages: ["node:*"] },
  { name: "double", files: /^double\//, zones: [], packages: ["*"] },
];

/** Clients of one outside thing stay in one zone, also for entry points, which may import everything else. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  octokit: ["github"],
  bullmq: ["queue"],
  ioredis: ["queue"],
};

/** One sentence for each import that breaks the table; empty when none does. */
export function importProblems(imports: readonly Import[]): readonly string[] {
  return imports.flatMap((one) => {
    const zone = zoneOf(one.from);
    if (zone === undefined) return [];
    const problem = one.isOutside ? packageProblem(zone, one) : fileProblem(zone, one);
    return problem === undefined ? [] : [`${one.from} imports ${one.to}: ${problem}`];
  });
}

function zoneOf(file: string): Zone | undefined {
  return zones.find((zone) => zone.files.test(file));
}

function packageProblem(zone: Zone, { to }: Import): string | undefined {
  const owners = OWNERS[to];
  if (owners !== undefined && !owners.includes(zone.name)) return `only ${owners.join(", ")} may use this client`;
  const isAllowed = zone.packages.some((name) => (name.endsWith("*") ? to.startsWith(name.slice(0, -1)) : name === to));
  return isAllowed ? undefined : `${zone.name} may use ${zone.packages.join(", ") || "no package"}`;
}

function fileProblem(zone: Zone, { from, to, isTypeOnly }: Import): string | undefined {
  const target = zoneOf(to);
  if (target === undefined) return `${zone.name} may import only src/, workers/ and double/ files of the table`;
  if (zone.isTypesOnly === true && !isTypeOnly) return `${zone.name} holds types: write import type`;
  if (zone.name === "steps" && target.name === "steps") return siblingProblem(from, to);
  if (target.name === zone.name || zone.zones.includes(target.name)) return undefined;
  // `*` means all of src/, not workers/ and not the double.
  if (zone.zones.includes("*") && target.name !== "workers" && target.name !== "double") return undefined;
  return `${zone.name} may not import ${target.name}`;
}

/** Steps share small parts; the ones that tell the story are called from outside, or by the conductor. */
function siblingProblem(from: string, to: string): string | undefined {
  if (/^src\/steps\/(?:advance|receive|reconcile)\.ts$/.test(to)) return "no step may import the one that calls it";
  if (to !== "src/steps/perform.ts" || from === "src/steps/advance.ts") return undefined;
  return "only advance.ts performs effects";
}
