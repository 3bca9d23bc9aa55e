// The real codex program for tests: found like the server finds it, and a loud word where there is none. Tests that need it
// are skipped then; `.ci/run` installs it, so that they are not skipped there.
import { delimiter, join, resolve } from "node:path";
import { homedir } from "node:os";
import type { Gateway, GatewayOptions } from "../../src/gateway/contract.ts";
import { openGateway } from "../../src/gateway/gateway.ts";
import { type CodexOptions, type CodexReviewer, createCodexReviewer } from "../../src/reviewers/codex/codex.ts";
import { CODEX_INSTALL, CODEX_VERSION, findCodex } from "../../src/reviewers/codex/find-codex.ts";
import type { ReviewLimits } from "../../src/reviewer.ts";

/** Where `.ci/run` puts it: outside of the clone, so that it is there for the next one. */
const CACHE = join(homedir(), ".cache", "rondo", `codex-${CODEX_VERSION}`, "node_modules", ".bin");

const PATH = [process.env["PATH"] ?? "", CACHE].join(delimiter);

/** The program's absolute path; null (with a loud word) when it is not there. */
export async function realCodex(suite: string): Promise<string | null> {
  const found = await findCodex({ bin: process.env["RONDO_CODEX_BIN"] ?? null, path: PATH });
  if (!("problem" in found)) return found.file;
  process.stderr.write(
    `\n!!! SKIPPED: ${suite}. ${found.problem}\n!!! To run these tests: ${CODEX_INSTALL}, or set RONDO_CODEX_BIN.\n\n`,
  );
  return null;
}

/** The compiled parts that run inside the sandbox. */
export function sandboxParts(): CodexOptions["parts"] {
  const dist = process.env["RONDO_TEST_DIST"] ?? resolve("dist");
  const file = (name: string): string => join(dist, "src", "sandbox", `${name}.js`);
  return { node: process.execPath, forwarder: file("forwarder"), probeScript: file("probe-script") };
}

/** A reviewer on the real program; `upstream` is asked for the endpoint before each run. */
export function testReviewer(
  bin: string,
  upstream: () => string,
  more: Partial<CodexOptions> & {
    bounds?: GatewayOptions["bounds"];
    gatewayLimits?: Partial<GatewayOptions["limits"]>;
  } = {},
): CodexReviewer & { gateways: Gateway[] } {
  const gateways: Gateway[] = [];
  const { bounds, gatewayLimits, ...options } = more;
  const open = async (listen: GatewayOptions["listen"], limits: ReviewLimits): Promise<Gateway> => {
    const gateway = await openGateway({
      upstream: upstream(),
      key: "sk-test-Xq81vTz0LrNw5YbK",
      models: ["scripted-model"],
      apis: ["responses"],
      limits: {
        maxRequests: null,
        maxTokens: null,
        costUsd: limits.costUsd ?? null,
        maxOutputTokens: 4000,
        ...gatewayLimits,
      },
      prices: {},
      listen,
      ...(bounds === undefined ? {} : { bounds }),
    });
    gateways.push(gateway);
    return gateway;
  };
  const reviewer = createCodexReviewer({
    bin,
    path: "/usr/local/bin:/usr/bin:/bin",
    model: "scripted-model",
    parts: sandboxParts(),
    tryShell: async () => ({ kind: "none", reason: "not tried", report: null }),
    openGateway: open,
    ...options,
  });
  return { ...reviewer, gateways };
}
