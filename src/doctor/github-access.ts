// Checks of the way to GitHub: does the API answer, does this machine's clock agree, does it take the App's key.
import { isExpectedError } from "../errors.ts";
import type { AppFacts } from "../github/inspect-app.ts";
import { missing, ok, skipped, warning, wrong, type Finding } from "./check.ts";
import type { Answer, Reach } from "./github-facts.ts";

/** Seconds of difference that are worth a warning, and those that make tokens and App keys fail now and then. */
const SKEW_WARNING_S = 10;
/** GitHub takes a token that was issued up to 60 s in the future. */
const SKEW_ERROR_S = 60;

/** Whether the API can be reached at all. */
export function judgeReach(reach: Answer<Reach>, apiUrl: string): Finding {
  if ("failure" in reach) return explainFailure(reach.failure, apiUrl);
  const { status, ms } = reach.value;
  if (status >= 500) {
    return missing(`${apiUrl} answers with status ${status}.`, "See https://www.githubstatus.com and try again later.");
  }
  return ok(`${apiUrl} answers in ${Math.max(1, Math.round(ms))} ms`);
}

/** Whether the server that git fetches from can be reached; where it is the API's own host, the API has said it. */
export function judgeGitServer(answer: Answer<{ status: number }>, apiUrl: string, serverUrl: string): Finding {
  const isPublic = [apiUrl === "https://api.github.com", serverUrl === "https://github.com"];
  if (isPublic[0] !== isPublic[1]) {
    return wrong(
      `GITHUB_API_URL (${apiUrl}) and GITHUB_SERVER_URL (${serverUrl}) are two different GitHubs.`,
      "Set both; the API of GitHub Enterprise Server is at https://HOST/api/v3.",
    );
  }
  if ("value" in answer) return ok(serverUrl);
  if (new URL(apiUrl).host === new URL(serverUrl).host) return skipped(NO_ANSWER);
  return explainFailure(answer.failure, serverUrl, "GITHUB_SERVER_URL");
}

/** Why no answer came, in words for an operator. */
export function explainFailure(failure: unknown, address: string, variable = "GITHUB_API_URL"): Finding {
  const { hostname, port } = new URL(address);
  const causes = causesOf(failure);
  const wall = causes.find((cause) => isExpectedError(cause) && /^(?:PROXY|CERTIFICATE)_/.test(cause.code));
  if (isExpectedError(wall)) return missing(wall.message, wall.hint ?? "");
  // A time-out has its name, and a code that is a number; the others have a code that says it.
  const codes = causes.flatMap((cause) => [cause.name, ...("code" in cause ? [String(cause.code)] : [])]);
  const has = (...wanted: string[]): boolean => codes.some((code) => wanted.includes(code));
  if (causes.some(({ message }) => message.includes("a web page instead of data"))) {
    return wrong(
      `${address} answers with a web page, not as an API.`,
      "Set GITHUB_API_URL to https://api.github.com, or to https://HOST/api/v3 of your GitHub Enterprise Server.",
    );
  }
  if (has("ENOTFOUND", "EAI_AGAIN")) {
    return missing(
      `The name ${hostname} cannot be looked up.`,
      `Check ${variable} and this machine's DNS; behind a company's proxy set HTTPS_PROXY.`,
    );
  }
  if (has("ECONNREFUSED")) {
    return missing(
      `Nothing answers at ${hostname}${port === "" ? "" : `:${port}`} (connection refused).`,
      `Check ${variable}, and the firewall between this machine and GitHub.`,
    );
  }
  if (has("TimeoutError", "AbortError", "ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH", "ENETUNREACH")) {
    return missing(
      `${address} does not answer in time.`,
      "Check the firewall between this machine and GitHub; behind a company's proxy set HTTPS_PROXY.",
    );
  }
  const code = codes.find((one) => /CERT|TLS|SSL/.test(one));
  if (code !== undefined) {
    return missing(
      `No TLS connection to ${hostname} can be made (${code}).`,
      "If a proxy of your company opens TLS, put its CA certificate into a PEM file and set NODE_EXTRA_CA_CERTS to it.",
    );
  }
  const said = causes.at(-1)?.message ?? String(failure);
  return missing(`${address} gives no usable answer (${said}).`, `Check the network and ${variable}.`);
}

function causesOf(failure: unknown): readonly Error[] {
  const found: Error[] = [];
  for (let one = failure; one instanceof Error && !found.includes(one); one = one.cause) found.push(one);
  return found;
}

/** This machine's clock against GitHub's Date header; `skewMs` is how far ours is ahead. */
export function judgeClock(reach: Answer<Reach>): Finding {
  if ("failure" in reach) return skipped(NO_ANSWER);
  const { skewMs } = reach.value;
  if (skewMs === null) return skipped("the answer of the API carries no time");
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds <= 1) return ok("agrees with GitHub's");
  const words = `${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} GitHub's`;
  const todo = "Set this machine's clock, for example by switching on its time service (timedatectl set-ntp true).";
  if (seconds > SKEW_ERROR_S) return wrong(`This machine's clock is ${words}: GitHub refuses what it signs.`, todo);
  return seconds > SKEW_WARNING_S ? warning(`This machine's clock is ${words}.`, todo) : ok(words);
}

/** Whether GitHub takes APP_ID and key. A wrong clock is told apart from a wrong key. */
export function judgeCredentials(app: Answer<AppFacts>, reach: Answer<Reach>, appId: number): Finding {
  if ("value" in app) return ok(`accepted; the App is ${app.value.slug}, owned by ${app.value.owner.login}`);
  if ("failure" in reach) return skipped(NO_ANSWER);
  const status = statusOf(app.failure);
  const skewMs = reach.value.skewMs ?? 0;
  if (status === 401 && Math.abs(skewMs) > SKEW_ERROR_S * 1000) {
    return wrong("GitHub refuses the App's signature because this machine's clock is wrong.", "See Clock.");
  }
  if (status === 401) {
    return wrong(
      `GitHub refuses the key: it is not a key of App ${appId}.`,
      "Compare APP_ID with the App's settings page, and generate a new private key there if it fits.",
    );
  }
  if (status === 404) {
    return wrong(
      `GitHub knows no App with the id ${appId}.`,
      "Compare APP_ID with the App's settings page; for GitHub Enterprise Server set GITHUB_API_URL too.",
    );
  }
  const message = app.failure instanceof Error ? app.failure.message : String(app.failure);
  return missing(message, "See https://www.githubstatus.com and try again later.");
}

/** For checks that need an answer which did not come. */
export const NO_ANSWER = "GitHub did not answer, see API";

/** The HTTP status behind an error of `callGithub`; undefined when there is none. */
export function statusOf(failure: unknown): number | undefined {
  const withStatus = causesOf(failure).find((cause) => "response" in cause && "status" in cause);
  return withStatus !== undefined && "status" in withStatus ? Number(withStatus.status) : undefined;
}
