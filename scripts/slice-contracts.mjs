// Cuts the part of GitHub's own API description that the double is judged by (see tests/contracts/README.md).
// The published packages hold every operation of three products (385 MB and 36 MB unpacked); the tests need about a
// hundred operations of one. Run it again after changing tests/contracts/operations.json or to move to newer packages:
//   npm pack @octokit/openapi@23.0.2 @octokit/openapi-webhooks@12.1.0   (in a folder outside the repository; unpack both)
//   node scripts/slice-contracts.mjs <unpacked @octokit/openapi> <unpacked @octokit/openapi-webhooks>
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const WORDS = new Set([
  "description",
  "summary",
  "title",
  "example",
  "examples",
  "default",
  "externalDocs",
  "deprecated",
]);
// Their contents are values, not schemas: an enum may hold the word "description".
const VALUES = new Set(["enum", "required", "const"]);
const contracts = new URL("../tests/contracts/", import.meta.url);
const [openapiFolder, webhooksFolder] = process.argv.slice(2);
if (!openapiFolder || !webhooksFolder) {
  process.stderr.write(
    "usage: node scripts/slice-contracts.mjs <@octokit/openapi folder> <@octokit/openapi-webhooks folder>\n",
  );
  process.exit(2);
}

const wanted = JSON.parse(readFileSync(new URL("operations.json", contracts), "utf8"));
sliceRest(openapiFolder);
sliceWebhooks(webhooksFolder);

function sliceRest(folder) {
  const spec = readSpec(folder);
  const paths = {};
  const names = Object.values(wanted.rest).flat();
  for (const name of names) {
    const [method, path] = name.split(" ");
    const operation = spec.paths[path]?.[method.toLowerCase()];
    if (!operation)
      throw new Error(
        `${name} is not in ${spec.info.title} ${spec.info.version}: correct tests/contracts/operations.json`,
      );
    (paths[path] ??= {})[method.toLowerCase()] = sliceOperation(spec, operation);
  }
  save(
    "openapi.slice.json",
    { source: sourceOf(folder), paths, schemas: reachableSchemas(spec, paths) },
    `${names.length} operations`,
  );
}

function sliceOperation(spec, operation) {
  const parameters = (operation.parameters ?? []).map((one) => resolve(spec, one));
  const requestBody = operation.requestBody && resolve(spec, operation.requestBody);
  const responses = Object.entries(operation.responses ?? {}).map(([status, one]) => {
    const schema = jsonSchemaOf(resolve(spec, one));
    return [status, schema ? { schema } : {}];
  });
  return {
    parameters: parameters.map(({ name, in: place, required, schema, "x-multi-segment": multiSegment }) => ({
      name,
      in: place,
      ...(required ? { required } : {}),
      ...(multiSegment ? { multiSegment } : {}),
      schema: strip(schema),
    })),
    ...(requestBody
      ? { requestBody: { required: requestBody.required === true, schema: jsonSchemaOf(requestBody) ?? {} } }
      : {}),
    responses: Object.fromEntries(responses),
  };
}

function sliceWebhooks(folder) {
  const spec = readSpec(folder);
  const events = {};
  let count = 0;
  for (const [key, { post }] of Object.entries(spec.webhooks)) {
    const [event, action = ""] = post.operationId.split("/");
    const name = event.replaceAll("-", "_");
    if (!wanted.webhooks.includes(name)) continue;
    const schema = jsonSchemaOf(post.requestBody);
    if (!schema) throw new Error(`webhook ${key} has no JSON schema`);
    (events[name] ??= {})[action.replaceAll("-", "_")] = schema;
    count++;
  }
  const missing = wanted.webhooks.filter((name) => !events[name]);
  if (missing.length > 0) throw new Error(`no webhook is called ${missing.join(", ")}`);
  save(
    "webhooks.slice.json",
    { source: sourceOf(folder), events, schemas: reachableSchemas(spec, events) },
    `${count} payloads`,
  );
}

function readSpec(folder) {
  return JSON.parse(readFileSync(join(folder, "generated", "api.github.com.json"), "utf8"));
}

function sourceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { package: name, version, licence: license, file: "generated/api.github.com.json" };
}

/** Follows a reference to a shared parameter, response or header of the description. */
function resolve(spec, value) {
  if (!value.$ref) return value;
  return value.$ref
    .slice(2)
    .split("/")
    .reduce((found, key) => found[key], spec);
}

function jsonSchemaOf({ content = {} }) {
  const json = content["application/json"] ?? content["application/scim+json"] ?? content["application/json+sarif"];
  return json?.schema && strip(json.schema);
}

/** Every schema the kept part refers to, directly or through another one. */
function reachableSchemas(spec, kept) {
  const found = {};
  const open = [kept];
  while (open.length > 0) {
    for (const [, name] of JSON.stringify(open.pop()).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (found[name]) continue;
      found[name] = strip(spec.components.schemas[name]);
      open.push(found[name]);
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Drops what no check reads. `isMap`: the keys are property names, so one NAMED description or title stays. */
function strip(value, isMap = false) {
  if (Array.isArray(value)) return value.map((one) => strip(one));
  if (!value || typeof value !== "object") return value;
  const kept = {};
  for (const [key, one] of Object.entries(value)) {
    if (!isMap && isWord(key)) continue;
    if (!isMap && VALUES.has(key)) kept[key] = one;
    else kept[key] = strip(one, !isMap && /^(pattern)?properties$/i.test(key));
  }
  return kept;
}

function isWord(key) {
  return WORDS.has(key) || key.startsWith("x-");
}

function save(file, slice, summary) {
  const text = `${JSON.stringify(slice)}\n`;
  writeFileSync(new URL(file, contracts), text);
  const { package: name, version } = slice.source;
  process.stdout.write(
    `${file}: ${summary}, ${Object.keys(slice.schemas).length} schemas, ${Math.round(text.length / 1024)} KB, from ${name} ${version}\n`,
  );
}
