// Judges one REST exchange by GitHub's own OpenAPI description: was the request one GitHub would understand, and is the
// answer one GitHub could have given? Requests are checked strictly, because GitHub ignores unknown fields in silence.
import type { ValidateFunction } from "ajv";
import { readRestSlice, describeErrors, schemaCompiler, type Operation, type SchemaCompiler } from "./slice.ts";
import { isPart, type SchemaPart } from "./schema-rewrite.ts";
import type { Problem } from "./waivers.ts";

/**
 * One request and its answer. Bodies are the raw text of the wire; header names are lower case; `url` may be a path.
 * A null status means that there is no answer to judge.
 */
export type Exchange = {
  method: string;
  url: string;
  requestHeaders: Record<string, string | undefined>;
  requestBody: string | undefined;
  status: number | null;
  responseHeaders: Record<string, string | undefined>;
  responseBody: string | undefined;
};

type Route = {
  /** Method and path template, e.g. `GET /repos/{owner}/{repo}`. */
  name: string;
  method: string;
  pattern: RegExp;
  fixedSegments: number;
  operation: Operation;
  checks: Map<string, ValidateFunction>;
};

export type RestJudge = {
  /** Everything wrong with the exchange, before waivers. */
  judge: (exchange: Exchange) => Problem[];
  /** The operation that describes this request, as `METHOD /template`, or undefined. */
  operationOf: (method: string, url: string) => string | undefined;
};

export function restJudge(): RestJudge {
  const slice = readRestSlice();
  const compiler = schemaCompiler(slice.schemas);
  const routes = Object.entries(slice.paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => newRoute(method, path, one)))
    .sort((a, b) => b.fixedSegments - a.fixedSegments);
  const find = (method: string, url: string) => {
    const path = pathOf(url);
    const wanted = method === "HEAD" ? "GET" : method;
    return routes.find((route) => route.method === wanted && route.pattern.test(path));
  };
  return {
    operationOf: (method, url) => find(method, url)?.name,
    judge: (exchange) => {
      const route = find(exchange.method, exchange.url);
      const operation = `${exchange.method} ${exchange.url.replace(/^https?:\/\/[^/]+/, "")}`;
      if (!route)
        return [{ operation, part: "route", detail: `no judge covers ${exchange.method} ${pathOf(exchange.url)}` }];
      const found = [...judgeRequest(route, exchange, compiler), ...judgeResponse(route, exchange, compiler)];
      return found.map((problem) => ({ ...problem, operation }));
    },
  };
}

type Found = Omit<Problem, "operation">;

function newRoute(method: string, path: string, operation: Operation): Route {
  const segments = path.split("/").slice(1);
  const parts = segments.map((segment) => {
    // Named groups cannot hold every parameter name, so the values are read by position.
    return segment.replaceAll(/\{([^}]+)\}|[^{]+/g, (text: string, name: string | undefined) => {
      if (name === undefined) return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      // An empty path is the repository's root folder.
      return name === "path" ? "(.*)" : isMultiSegment(operation, name) ? "(.+)" : "([^/]+)";
    });
  });
  const name = `${method.toUpperCase()} ${path}`;
  const fixedSegments = segments.filter((segment) => !segment.includes("{")).length;
  const pattern = new RegExp(`^/${parts.join("/")}$`);
  return { name, method: method.toUpperCase(), pattern, fixedSegments, operation, checks: new Map() };
}

function isMultiSegment(operation: Operation, name: string): boolean {
  return operation.parameters.some((one) => one.name === name && one.multiSegment === true);
}

/** The path as GitHub's description knows it. `Link` headers point to `/repositories/{id}/…`, which it leaves out. */
function pathOf(url: string): string {
  const { pathname } = new URL(url, "http://double.invalid");
  return pathname.replace(/^\/api\/v3(?=\/|$)/, "").replace(/^\/repositories\/\d+(?=\/|$)/, "/repos/by-id/by-id");
}

function judgeRequest(route: Route, exchange: Exchange, compiler: SchemaCompiler): Found[] {
  return [
    ...judgePath(route, exchange.url, compiler),
    ...judgeQuery(route, exchange.url, compiler),
    ...judgeHeaders(exchange),
    ...judgeRequestBody(route, exchange, compiler),
  ];
}

function judgePath(route: Route, url: string, compiler: SchemaCompiler): Found[] {
  const names = [...route.name.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? "");
  const values = route.pattern.exec(pathOf(url))?.slice(1) ?? [];
  return names.flatMap((name, index) => {
    const parameter = route.operation.parameters.find((one) => one.in === "path" && one.name === name);
    if (!parameter) return [];
    return checkText(route, compiler, {
      part: "path",
      name,
      value: decodeURIComponent(values[index] ?? ""),
      schema: parameter.schema,
    });
  });
}

function judgeQuery(route: Route, url: string, compiler: SchemaCompiler): Found[] {
  const query = new URL(url, "http://double.invalid").searchParams;
  const described = route.operation.parameters.filter((one) => one.in === "query");
  const found: Found[] = [];
  for (const name of new Set(query.keys())) {
    const parameter = described.find((one) => one.name === name || `${one.name}[]` === name);
    if (!parameter) found.push({ part: "query", detail: `${name} is not described` });
    else
      found.push(
        ...checkText(route, compiler, { part: "query", name, value: query.getAll(name), schema: parameter.schema }),
      );
  }
  const missing = described.filter((one) => one.required && !query.has(one.name));
  return [...found, ...missing.map((one) => ({ part: "query" as const, detail: `${one.name} is required` }))];
}

type TextValue = { part: "path" | "query"; name: string; value: string | string[]; schema: SchemaPart };

function checkText(route: Route, compiler: SchemaCompiler, text: TextValue): Found[] {
  const { part, name, schema } = text;
  const value = Array.isArray(text.value) && text.value.length === 1 ? text.value[0] : text.value;
  const check = checkFor(route, `${part} ${name}`, () => compiler.text({ properties: { value: schema } }));
  if (check({ value })) return [];
  return describeErrors(check.errors).map((line) => ({ part, detail: `${name}: ${line.replace("/value ", "")}` }));
}

/** GitHub refuses requests that do not say who sends them. https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent */
function judgeHeaders({ requestHeaders }: Exchange): Found[] {
  return requestHeaders["user-agent"] ? [] : [{ part: "header", detail: "user-agent is required" }];
}

function judgeRequestBody(route: Route, exchange: Exchange, compiler: SchemaCompiler): Found[] {
  const described = route.operation.requestBody;
  if (!exchange.requestBody) return described?.required ? [{ part: "request body", detail: "is required" }] : [];
  if (!described) return [{ part: "request body", detail: "is not described for this operation" }];
  const body = parseJson(exchange.requestBody);
  if (body === undefined) return [{ part: "request body", detail: "is not JSON" }];
  const check = checkFor(route, "request", () => compiler.strict(described.schema));
  if (check(body)) return [];
  return describeErrors(check.errors).map((detail) => ({ part: "request body" as const, detail }));
}

function judgeResponse(route: Route, exchange: Exchange, compiler: SchemaCompiler): Found[] {
  const { status } = exchange;
  if (status === null) return [];
  const described = route.operation.responses[String(status)];
  if (described) return exchange.method === "HEAD" ? [] : judgeResponseBody(route, exchange, compiler);
  const found: Found[] = [{ part: "status", detail: `${status} is not described`, status }];
  return status >= 400 && status < 500 ? [...found, ...judgeErrorBody(exchange)] : found;
}

function judgeResponseBody(route: Route, exchange: Exchange, compiler: SchemaCompiler): Found[] {
  const { status, responseBody } = exchange;
  const schema = route.operation.responses[String(status)]?.schema;
  const hasBody = responseBody !== undefined && responseBody !== "";
  if (!schema) return hasBody && status === 204 ? [{ part: "response body", detail: "204 has no body" }] : [];
  if (!isJson(exchange.responseHeaders)) return judgeMediaType(exchange);
  const body = parseJson(responseBody ?? "");
  if (body === undefined) return [{ part: "response body", detail: "is not JSON" }];
  const check = checkFor(route, `response ${status}`, () => compiler.loose(schema));
  if (check(body)) return Number(status) >= 400 ? judgeErrorBody(exchange) : [];
  return describeErrors(check.errors).map((detail) => ({ part: "response body" as const, detail }));
}

/** Only a request that asked for another media type (diff, patch, raw) may be answered with something else than JSON. */
function judgeMediaType({ requestHeaders, responseHeaders }: Exchange): Found[] {
  if (/diff|patch|raw|html|sha/.test(requestHeaders["accept"] ?? "")) return [];
  return [
    {
      part: "response body",
      detail: `${responseHeaders["content-type"] ?? "no content type"} where JSON is described`,
    },
  ];
}

/** Every error of GitHub's REST API carries a message; clients show it to people. */
function judgeErrorBody({ responseBody }: Exchange): Found[] {
  const body = parseJson(responseBody ?? "");
  if (isPart(body) && typeof body["message"] === "string") return [];
  return [{ part: "response body", detail: "an error needs a JSON object with a message" }];
}

function checkFor(route: Route, key: string, compile: () => ValidateFunction): ValidateFunction {
  const known = route.checks.get(key);
  if (known) return known;
  const check = compile();
  route.checks.set(key, check);
  return check;
}

function isJson(headers: Exchange["responseHeaders"]): boolean {
  return /\bjson\b/.test(headers["content-type"] ?? "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
