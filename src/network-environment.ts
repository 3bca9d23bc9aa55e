// The variables about the way out of a company's network. They are no inventions of ours: curl, git, Node and package
// managers know the same names, so a server that has them set needs nothing more.
import { z } from "zod";
import { readExtraCa } from "./extra-ca.ts";
import type { NetworkSettings } from "./github/create-fetch.ts";
import { readProxy, uselessExceptions } from "./github/proxy.ts";

/** Variables that may hold a password in an address. */
export const PROXY_VARIABLES: readonly string[] = [
  "https_proxy",
  "HTTPS_PROXY",
  "http_proxy",
  "HTTP_PROXY",
  "all_proxy",
  "ALL_PROXY",
];

/**
 * The settings of the network with things worth a warning. Of a variable that is there in both spellings the lower-case
 * one counts, as with curl. An empty variable must be left out of the input.
 */
export const NetworkVariables = z
  .object({
    https_proxy: z.string().optional(),
    HTTPS_PROXY: z.string().optional(),
    http_proxy: z.string().optional(),
    HTTP_PROXY: z.string().optional(),
    all_proxy: z.string().optional(),
    ALL_PROXY: z.string().optional(),
    no_proxy: z.string().optional(),
    NO_PROXY: z.string().optional(),
    NODE_EXTRA_CA_CERTS: z.string().optional(),
  })
  .transform((values, context): { network: NetworkSettings; warnings: readonly string[] } => {
    const name = values.https_proxy === undefined ? "HTTPS_PROXY" : "https_proxy";
    const given = values[name];
    const read = given === undefined ? { proxy: null } : readProxy(given);
    const file = values.NODE_EXTRA_CA_CERTS;
    const ca = file === undefined ? { certificates: [] } : readExtraCa(file);
    if ("problem" in read) {
      context.addIssue({ code: "custom", path: [name], message: `${read.problem}. ${read.todo}` });
      return z.NEVER;
    }
    if ("problem" in ca) {
      context.addIssue({ code: "custom", path: ["NODE_EXTRA_CA_CERTS"], message: `${ca.problem}. ${ca.todo}` });
      return z.NEVER;
    }
    const noProxy = values.no_proxy ?? values.NO_PROXY ?? "";
    const network = { proxy: read.proxy, noProxy, extraCa: ca.certificates };
    return { network, warnings: warningsOf(values, noProxy) };
  });

function warningsOf(values: Readonly<Record<string, string | undefined>>, noProxy: string): readonly string[] {
  const warnings: string[] = [];
  for (const [lower, upper] of [
    ["https_proxy", "HTTPS_PROXY"],
    ["no_proxy", "NO_PROXY"],
  ] as const) {
    const both = values[lower] !== undefined && values[upper] !== undefined;
    if (both && values[lower] !== values[upper]) warnings.push(`${lower} and ${upper} differ; ${lower} is used.`);
  }
  if (values["https_proxy"] === undefined && values["HTTPS_PROXY"] === undefined) {
    const other = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].find((name) => values[name] !== undefined);
    if (other !== undefined) {
      warnings.push(
        `${other} is set but not used: GitHub is reached over https. Set HTTPS_PROXY if a proxy is needed.`,
      );
    }
  } else {
    const useless = uselessExceptions(noProxy);
    if (useless.length > 0) {
      warnings.push(
        `NO_PROXY has entries that match nothing: ${useless.join(", ")}. ` +
          "Write hosts, .suffixes, addresses or subnets such as 10.0.0.0/8.",
      );
    }
  }
  return warnings;
}
