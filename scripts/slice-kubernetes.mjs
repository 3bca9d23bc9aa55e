// Cuts the part of Kubernetes' and KEDA's own descriptions that deploy/kubernetes/ is judged by (tests/contracts/README.md).
// The whole description is 4 MB for 771 shapes; the manifests use a dozen kinds. Run it again to move to a newer version:
//   node scripts/slice-kubernetes.mjs <swagger.json> <its version> <keda.sh_scaledobjects.yaml> <its version>
// The first is published at https://github.com/kubernetes/kubernetes/tree/master/api/openapi-spec, the second at
// https://github.com/kedacore/keda/tree/main/config/crd/bases; both under the Apache License 2.0.
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const KINDS = [
  "v1 Namespace",
  "v1 ServiceAccount",
  "v1 ConfigMap",
  "v1 Secret",
  "v1 Service",
  "v1 PersistentVolumeClaim",
  "apps/v1 Deployment",
  "apps/v1 StatefulSet",
  "networking.k8s.io/v1 Ingress",
  "networking.k8s.io/v1 NetworkPolicy",
  "policy/v1 PodDisruptionBudget",
];
const [swaggerFile, kubernetes, crdFile, keda] = process.argv.slice(2);
if (!keda) {
  process.stderr.write(
    "usage: node scripts/slice-kubernetes.mjs <swagger.json> <version> <scaledobjects.yaml> <version>\n",
  );
  process.exit(2);
}

const { definitions } = JSON.parse(readFileSync(swaggerFile, "utf8"));
const kinds = {};
const schemas = {};
for (const kind of KINDS) kinds[kind] = { $ref: `#/definitions/${keep(nameOf(kind))}` };
const crd = parse(readFileSync(crdFile, "utf8"));
const version = crd.spec.versions.find((one) => one.storage);
kinds[`${crd.spec.group}/${version.name} ${crd.spec.names.kind}`] = scaledObject(version.schema.openAPIV3Schema);
const slice = { source: { kubernetes, keda, licence: "Apache-2.0" }, kinds, definitions: schemas };
const file = new URL("../tests/contracts/kubernetes.slice.json", import.meta.url);
const text = `${JSON.stringify(slice)}\n`;
writeFileSync(file, text);
process.stdout.write(
  `${Object.keys(kinds).length} kinds, ${Object.keys(schemas).length} shapes, ${text.length} bytes\n`,
);

function nameOf(kind) {
  const [apiVersion, name] = kind.split(" ");
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const found = Object.entries(definitions).find(([, schema]) =>
    schema["x-kubernetes-group-version-kind"]?.some(
      (one) => one.group === group && one.version === version && one.kind === name,
    ),
  );
  if (!found) throw new Error(`${kind} is not described in ${swaggerFile}`);
  return found[0];
}

/** Takes a definition with everything it refers to into the slice. Returns its name. */
function keep(name) {
  if (Object.hasOwn(schemas, name)) return name;
  schemas[name] = {};
  schemas[name] = shapeOf(definitions[name]);
  return name;
}

/** What a check needs of a schema: no prose; a described object has no other fields; `int-or-string` is either. */
function shapeOf(schema) {
  if (schema.$ref) return { $ref: `#/definitions/${keep(schema.$ref.replace("#/definitions/", ""))}` };
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string") return { type: ["integer", "string"] };
  const shape = {};
  for (const key of ["type", "required", "enum", "minimum", "maximum", "minLength", "pattern"]) {
    if (schema[key] !== undefined) shape[key] = schema[key];
  }
  if (schema.items) shape.items = shapeOf(schema.items);
  if (schema.properties) {
    shape.properties = Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, shapeOf(one)]));
    shape.additionalProperties = false;
  } else if (typeof schema.additionalProperties === "object") {
    shape.additionalProperties = shapeOf(schema.additionalProperties);
  }
  return shape;
}

/** A custom resource describes everything but its metadata. */
function scaledObject(schema) {
  const metadata = { $ref: `#/definitions/${keep("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")}` };
  const shape = shapeOf(schema);
  return { ...shape, properties: { ...shape.properties, metadata } };
}
