// Decides what went wrong between a run and the model's endpoint. The gateway sees status codes, error codes and sockets;
// the programs behind it only pass on sentences, and those change.
// Codes: https://developers.openai.com/api/docs/guides/error-codes
import { isNativeError } from "node:util/types";
import type { FailureKind } from "../reviewer.ts";
import type { GatewayFailure } from "./contract.ts";

/** An error as the endpoint writes it, in a body or in an event. */
export type EndpointError = {
  code?: string | null | undefined;
  type?: string | null | undefined;
  message?: string | null | undefined;
};

/** The failure behind a status code of 400 or more; `body` is the whole answer. */
export function failureOfStatus(status: number, body: string, retryAfter: string | undefined): GatewayFailure {
  const error = errorIn(body);
  const kind = kindOfCode(error) ?? kindOfStatus(status);
  const said = error.message ?? error.code ?? error.type ?? "";
  return {
    kind,
    message: `The endpoint answered with status ${status}${said === "" ? "." : `: ${withoutKeys(said).slice(0, 500)}`}`,
    status,
    retryAfterMs: waitOf(retryAfter),
  };
}

/** The failure that a finished answer tells in its last event. */
export function failureOfCode(error: EndpointError): GatewayFailure {
  const kind = kindOfCode(error) ?? "overloaded";
  const said = withoutKeys(`${error.code ?? error.type ?? "no code"}: ${error.message ?? "no message"}`);
  return { kind, message: `The answer failed with ${said.slice(0, 500)}`, status: null, retryAfterMs: null };
}

/** The failure of an answer that stopped early. */
export function failureOfIncomplete(reason: string | null): GatewayFailure {
  const kind = reason === "max_output_tokens" ? "output_limit" : reason === "content_filter" ? "refused" : "unknown";
  const message = `The answer is incomplete: ${(reason ?? "no reason was given").slice(0, 100)}.`;
  return { kind, message, status: null, retryAfterMs: null };
}

/** The failure of a request that never got an answer, with whether anything can have reached the endpoint. */
export function failureOfNetwork(error: unknown): GatewayFailure & { isUnsent: boolean } {
  const code = isNativeError(error) && "code" in error && typeof error.code === "string" ? error.code : "no code";
  const base = { status: null, retryAfterMs: null };
  if (isCertificateCode(code)) {
    const message = `The endpoint's certificate was not accepted (${code}). Name the company's authority in NODE_EXTRA_CA_CERTS, or check the host in OPENAI_BASE_URL.`;
    return { ...base, kind: "config", message, isUnsent: true };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    const message = `The endpoint does not speak TLS as expected (${code}): is OPENAI_BASE_URL an https address?`;
    return { ...base, kind: "config", message, isUnsent: true };
  }
  if (code.startsWith("PROXY_") || code.startsWith("CERTIFICATE_")) {
    const message = isNativeError(error) ? error.message : code;
    return { ...base, kind: code === "PROXY_UNREACHABLE" ? "network" : "config", message, isUnsent: true };
  }
  const words = NETWORK_WORDS[code];
  const message = `The endpoint could not be reached: ${words ?? "the connection broke off"} (${code}).`;
  return { ...base, kind: "network", message, isUnsent: words !== undefined };
}

/** Keys as endpoints quote them in their errors, also half masked ones. */
export function withoutKeys(text: string): string {
  return text.replaceAll(/\b(?:sk|sess|key)-[A-Za-z0-9_*.-]{4,}/g, "[redacted]");
}

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens at its address",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
};

function isCertificateCode(code: string): boolean {
  return /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code);
}

/** Most particular first. `type` says the same as `code` where an endpoint leaves the code out. */
function kindOfCode(error: EndpointError): FailureKind | null {
  for (const word of [error.code, error.type]) {
    const kind = word === null || word === undefined ? undefined : KINDS[word];
    if (kind !== undefined) return kind;
  }
  return null;
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  invalid_api_key: "auth",
  invalid_authentication: "auth",
  account_deactivated: "auth",
  insufficient_quota: "quota",
  billing_not_active: "quota",
  billing_hard_limit_reached: "quota",
  usage_limit_reached: "quota",
  usage_not_included: "quota",
  rate_limit_exceeded: "rate_limit",
  context_length_exceeded: "context",
  string_above_max_length: "context",
  model_not_found: "config",
  content_policy_violation: "refused",
  content_filter: "refused",
  invalid_prompt: "refused",
  cyber_policy: "refused",
  server_error: "overloaded",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
};

function kindOfStatus(status: number): FailureKind {
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "quota";
  if (status === 408 || status === 504) return "timeout";
  if (status === 413) return "context";
  if (status === 429) return "rate_limit";
  return status >= 500 ? "overloaded" : "config";
}

function errorIn(body: string): EndpointError {
  try {
    const value: unknown = JSON.parse(body);
    const error = typeof value === "object" && value !== null && "error" in value ? value.error : null;
    if (typeof error === "string") return { message: error };
    if (typeof error !== "object" || error === null) return {};
    const text = (name: string): string | null => {
      const field: unknown = Reflect.get(error, name);
      return typeof field === "string" ? field : null;
    };
    return { code: text("code"), type: text("type"), message: text("message") };
  } catch {
    return {};
  }
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3); dates are left to the retry's own wait. */
function waitOf(header: string | undefined): number | null {
  return header !== undefined && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1000 : null;
}
