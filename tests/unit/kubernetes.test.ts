// deploy/kubernetes/ as a cluster would see it: every field is one that Kubernetes knows, every process gets exactly the
// settings it reads, nothing runs with more rights than it needs, and what stands twice stands there alike.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { readWebConfig, readWorkerConfig } from "../../src/config.ts";
import { CommonVariables, WebVariables, WorkerFields } from "../../src/environment.ts";
import { settingsText } from "../../src/first-start/settings-text.ts";
import { createMetrics } from "../../src/http/metrics.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("deploy/kubernetes/", root);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const Slice = z.object({
  source: z.object({ kubernetes: z.string(), keda: z.string(), licence: z.string() }),
  kinds: z.record(z.string(), z.record(z.string(), z.unknown())),
  definitions: z.record(z.string(), z.unknown()),
});
const slice = Slice.parse(JSON.parse(read("tests/contracts/kubernetes.slice.json")));
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: "slice", ...slice });
const checks = new Map<string, ValidateFunction>();

/** What is wrong with a document, by the description of its kind. */
function problemsOf(document: unknown): readonly string[] {
  const { apiVersion, kind } = z.looseObject({ apiVersion: z.string(), kind: z.string() }).parse(document);
  const name = `${apiVersion} ${kind}`;
  if (!Object.hasOwn(slice.kinds, name)) return [`${name} is not described: add it to scripts/slice-kubernetes.mjs`];
  const check =
    checks.get(name) ?? ajv.compile({ $ref: `slice#/kinds/${name.replaceAll("/", "~1").replaceAll(" ", "%20")}` });
  checks.set(name, check);
  check(document);
  return (check.errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

const Meta = z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() });
const Resource = z.looseObject({ kind: z.string(), metadata: Meta });
const EnvEntry = z.object({
  name: z.string(),
  valueFrom: z.object({
    secretKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() }).optional(),
    configMapKeyRef: z.object({ name: z.string(), key: z.string() }).optional(),
  }),
});
const Probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }).optional() });
const Container = z.looseObject({
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(EnvEntry),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});
const Workload = z.looseObject({
  kind: z.enum(["Deployment", "StatefulSet"]),
  metadata: Meta,
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ containers: z.tuple([Container]), terminationGracePeriodSeconds: z.number() }),
    }),
  }),
});

const files = readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");
const documents = files.flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, folder), "utf8")).map((one): unknown => one.toJS()),
);
const resources = documents.map((one) => Resource.parse(one));
const workloads = resources.flatMap((one) => Workload.safeParse(one).data ?? []);
const named = (kind: string, name: string) =>
  resources.find((one) => one.kind === kind && one.metadata.name === name) ?? { kind, metadata: { name: "none" } };
const workload = (name: string) => Workload.parse(named(name === "redis" ? "StatefulSet" : "Deployment", name));
const container = (name: string) => workload(name).spec.template.spec.containers[0];
const dataOf = (kind: string, name: string): Record<string, string> => {
  const values = z.record(z.string(), z.string());
  const one = named(kind, name);
  return values.parse(kind === "Secret" ? one["stringData"] : one["data"]);
};
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

/** The environment that a container gets from the example's Secrets and the ConfigMap; good values for the placeholders. */
function environmentOf(name: string): Record<string, string> {
  const env: Record<string, string> = { PORT: "3000", HOST: "0.0.0.0", RONDO_DATA_DIR: "/data" };
  const { env: entries, envFrom } = container(name);
  for (const { configMapRef } of envFrom) Object.assign(env, dataOf("ConfigMap", configMapRef.name));
  for (const { name: variable, valueFrom } of entries) {
    const { secretKeyRef, configMapKeyRef } = valueFrom;
    const from = secretKeyRef ? dataOf("Secret", secretKeyRef.name) : dataOf("ConfigMap", configMapKeyRef?.name ?? "");
    const value = from[secretKeyRef?.key ?? configMapKeyRef?.key ?? ""];
    if (value === undefined && secretKeyRef?.optional !== true) throw new Error(`${variable} has no value`);
    if (value !== undefined) env[variable] = value;
  }
  const real = { PRIVATE_KEY: Buffer.from(pem).toString("base64"), APP_ID: "7" };
  return Object.fromEntries(Object.entries({ ...env, ...real }).filter(([variable]) => Object.hasOwn(env, variable)));
}

/** Every variable that a container may get, also those whose Secret has no such key today. */
function variablesOf(name: string): readonly string[] {
  const { env, envFrom } = container(name);
  const shared = envFrom.flatMap(({ configMapRef }) => Object.keys(dataOf("ConfigMap", configMapRef.name)));
  return [...env.map((one) => one.name), ...shared];
}

function secretsOf(name: string): readonly string[] {
  return [...new Set(JSON.stringify(workload(name)).match(/"rondo-\w+"/g))].map((one) => one.slice(1, -1)).toSorted();
}

describe("the manifests", () => {
  it.each(documents.map((one) => [`${Resource.parse(one).kind} ${Resource.parse(one).metadata.name}`, one]))(
    "%s is what the API server takes",
    (_, document) => {
      expect(problemsOf(document)).toEqual([]);
    },
  );

  it.each([
    ["an unknown field", (one: string) => one.replace("livenessProbe", "livenesProbe")],
    ["a wrong type", (one: string) => one.replace("containerPort: 3000", "containerPort: http")],
    ["a missing field", (one: string) => one.replace("selector:\n    matchLabels:", "labels:\n    matchLabels:")],
  ])("%s would be noticed", (_, spoil) => {
    const text = read("deploy/kubernetes/worker.yaml");
    const spoilt = spoil(text);
    expect(spoilt).not.toBe(text);
    expect(parseAllDocuments(spoilt).flatMap((one) => problemsOf(one.toJS()))).not.toEqual([]);
  });

  it("are all applied together, but for the example of secrets and for KEDA", () => {
    const Kustomization = z.looseObject({
      resources: z.array(z.string()),
      images: z.array(z.looseObject({ name: z.string() })),
    });
    const { resources: applied, images } = Kustomization.parse(parse(read("deploy/kubernetes/kustomization.yaml")));
    expect(applied.toSorted()).toEqual(files.filter((file) => !/^(?:secrets\.example|keda)\./.test(file)).toSorted());
    expect(images.map(({ name }) => name)).toEqual([container("web").image]);
    expect(container("worker").image).toBe("rondo");
  });

  it("use the images and Redis settings of compose.yaml and the port and folder of the Dockerfile", () => {
    const compose = z
      .object({ services: z.record(z.string(), z.looseObject({ image: z.string(), command: z.array(z.string()) })) })
      .parse(parse(read("compose.yaml"), { merge: true }));
    expect(compose.services["web"]?.image).toBe("${RONDO_IMAGE:-rondo:latest}");
    const { image = "", command = [] } = compose.services["redis"] ?? {};
    expect(container("redis").image).toBe(image);
    const text = container("redis").args.join(" ");
    for (const part of command.slice(1).join(" ").split(" --")) expect(` ${text}`).toContain(part.replace(/^--/, ""));
    expect(read("Dockerfile")).toMatch(/PORT=3000 RONDO_DATA_DIR=\/data/);
    for (const name of ["web", "worker"])
      expect(container(name).ports).toEqual([{ name: "http", containerPort: 3000 }]);
    expect(container("worker").volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/data", "/tmp"]);
  });
});

describe("settings and secrets", () => {
  const known = new Set([CommonVariables, WebVariables, WorkerFields].flatMap(({ shape }) => Object.keys(shape)));

  it.each(["web", "worker"])("every variable of %s is one that Rondo reads", (name) => {
    expect(variablesOf(name).filter((variable) => !known.has(variable))).toEqual([]);
  });

  it("start web without a warning, and it holds the webhook secret only", () => {
    const env = { ...environmentOf("web"), WEBHOOK_SECRET: "8e1f02c4b7d96a35".repeat(4) };
    expect(variablesOf("web").filter((variable) => /^(?:APP_ID|PRIVATE_KEY|OPENAI)/.test(variable))).toEqual([]);
    expect(readWebConfig(env)).toMatchObject({ host: "0.0.0.0", port: 3000, warnings: [] });
  });

  it("do not start with the secret of the example", () => {
    expect(() => readWebConfig(environmentOf("web"))).toThrow("WEBHOOK_SECRET has 10 bytes; it needs 32 or more.");
  });

  it("start a worker without a warning, and it holds no webhook secret", () => {
    const env = environmentOf("worker");
    expect(variablesOf("worker").filter((variable) => variable.startsWith("WEBHOOK"))).toEqual([]);
    expect(readWorkerConfig(env)).toMatchObject({ appId: 7, dataDir: "/data", concurrency: 2, warnings: [] });
  });

  it("keep every process from the other's Secret, and Redis from both", () => {
    expect(secretsOf("web")).toEqual(["rondo-redis", "rondo-web"]);
    expect(secretsOf("worker")).toEqual(["rondo-redis", "rondo-worker"]);
    expect(secretsOf("redis")).toEqual(["rondo-redis"]);
  });
});

/** Stands in for the cluster: keeps the files that each Secret is made of. */
const KUBECTL = `#!/bin/sh
[ "$3" = generic ] || exit 0
kept="kept-$4"
mkdir "$kept"
for one; do case $one in --from-*) cp "\${one#*=}" "$kept/" ;; esac; done
`;

describe("README.md", () => {
  it("makes the Secrets of the example from rondo.env, each with its own part, and leaves no file behind", () => {
    const work = mkdtempSync(join(tmpdir(), "rondo-kubernetes-"));
    const app = { appId: 7, name: "Rondo", owner: "acme", pageUrl: "https://x.example", webhookSecret: "f".repeat(40) };
    writeFileSync(join(work, "rondo.env"), settingsText({ ...app, privateKey: pem }));
    writeFileSync(join(work, "kubectl"), KUBECTL, { mode: 0o755 });
    const block = /```sh tested.*\n([\s\S]+?)```/.exec(read("deploy/kubernetes/README.md"))?.[1] ?? "";
    execFileSync("sh", ["-ec", block], { cwd: work, env: { PATH: `${work}:${process.env["PATH"] ?? ""}` } });
    const kept = (file: string): string => readFileSync(join(work, file), "utf8");
    const web = parseEnv(kept("kept-rondo-web/web.env"));
    const worker = parseEnv(kept("kept-rondo-worker/worker.env"));
    const [, password = ""] = kept("kept-rondo-redis/auth.conf").trim().split(" ");

    expect(readdirSync(work).filter((name) => !name.startsWith("kept-"))).toEqual(["kubectl", "rondo.env"]);
    expect(Object.keys(web)).toEqual(Object.keys(dataOf("Secret", "rondo-web")));
    expect(Object.keys(worker)).toEqual(Object.keys(dataOf("Secret", "rondo-worker")));
    const redis = readdirSync(join(work, "kept-rondo-redis"));
    expect(redis.toSorted()).toEqual(Object.keys(dataOf("Secret", "rondo-redis")).toSorted());
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(kept("kept-rondo-redis/REDISCLI_AUTH")).toBe(password);
    const REDIS_URL = kept("kept-rondo-redis/REDIS_URL");
    expect(REDIS_URL).toBe(`redis://:${password}@redis:6379`);
    expect(readWebConfig({ ...web, REDIS_URL }).webhookSecrets).toEqual([app.webhookSecret]);
    expect(readWorkerConfig({ ...worker, REDIS_URL }).privateKey.trim()).toBe(pem.trim());
    rmSync(work, { recursive: true });
  });
});

describe("every pod", () => {
  it.each(workloads.map((one) => [one.metadata.name, one] as const))("%s runs locked up", (name, one) => {
    const { spec } = one.spec.template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { requests: { cpu: expect.any(String) }, limits: { memory: expect.any(String) } },
        },
      ],
    });
    // The users of the two images.
    expect(spec).toMatchObject({ securityContext: { runAsUser: name === "redis" ? 999 : 1000 } });
    // A stop takes up to five seconds.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
  });

  it("is probed where the process answers; web takes webhooks also while no worker runs", () => {
    const server = read("src/http/process-server.ts");
    for (const name of ["web", "worker"]) {
      const { startupProbe, livenessProbe, readinessProbe } = container(name);
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        expect(probe.httpGet?.port).toBe("http");
        expect(server).toContain(`"${probe.httpGet?.path}"`);
      }
      expect(livenessProbe.httpGet?.path).toBe("/healthz");
    }
    expect(container("web").readinessProbe.httpGet?.path).toBe("/healthz");
    expect(container("worker").readinessProbe.httpGet?.path).toBe("/readyz");
  });

  it("of the workers is on one node with the volume, and never beside another version", () => {
    const worker = workload("worker");
    const own = worker.spec.template.metadata.labels;
    expect(worker.spec).toMatchObject({
      strategy: { type: "Recreate" },
      template: {
        spec: {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: own } },
              ],
            },
          },
        },
      },
    });
    expect(worker.spec["replicas"]).toBeUndefined();
    expect(named("PersistentVolumeClaim", "data")["spec"]).toMatchObject({ accessModes: ["ReadWriteOnce"] });
  });

  it("may talk to nobody but whom its policy names", () => {
    const Policy = z.looseObject({ podSelector: z.unknown(), policyTypes: z.array(z.string()) });
    const policyOf = (name: string) => Policy.parse(named("NetworkPolicy", name)["spec"]);
    expect(policyOf("default-deny")).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    for (const one of workloads) {
      expect(policyOf(one.metadata.name).podSelector).toEqual({ matchLabels: one.spec.template.metadata.labels });
    }
    expect(policyOf("redis")["egress"]).toBeUndefined();
    const ports = JSON.stringify(policyOf("worker")["egress"]).match(/"port":[^}]+/g);
    expect(ports).toEqual(['"port":"redis"', '"port":443']);
    expect(JSON.stringify(policyOf("worker")["egress"])).toContain("169.254.0.0/16");
  });
});

describe("keda.yaml", () => {
  const Scaled = z.looseObject({
    scaleTargetRef: z.object({ name: z.string() }),
    minReplicaCount: z.number(),
    advanced: z.looseObject({ scalingModifiers: z.looseObject({ formula: z.string(), target: z.string() }) }),
    triggers: z.array(
      z.object({
        type: z.literal("metrics-api"),
        name: z.string(),
        metadata: z.looseObject({ url: z.string(), valueLocation: z.string(), format: z.literal("prometheus") }),
      }),
    ),
  });
  const scaled = Scaled.parse(named("ScaledObject", "worker")["spec"]);

  it("asks for numbers that /metrics has", async () => {
    const queue = { waiting: 3, active: 2, delayed: 1, failed: 0 };
    const metrics = createMetrics({
      counts: () => Promise.resolve({ deliveries: queue, rounds: queue, fixes: queue, upkeep: queue }),
    });
    let text = "";
    const response = { writeHead: () => ({ end: (body: string) => (text = body) }) };
    await metrics.serve(Object.create(null), Object.assign(Object.create(null), response));
    for (const { name, metadata } of scaled.triggers) {
      const lines = text.split("\n").filter((line) => line.startsWith(`${metadata.valueLocation} `));
      expect(lines, name).toEqual([
        `${metadata.valueLocation} ${Object.entries(queue).find(([state]) => state === name)?.[1]}`,
      ]);
    }
  });

  it("counts on the concurrency of config.yaml and on web's address", () => {
    const { formula, target } = scaled.advanced.scalingModifiers;
    expect(formula.split(" + ").toSorted()).toEqual(scaled.triggers.map(({ name }) => name).toSorted());
    expect(target).toBe(dataOf("ConfigMap", "rondo")["RONDO_CONCURRENCY"]);
    expect(named("Service", "web")["spec"]).toMatchObject({ ports: [{ port: 80, targetPort: "http" }] });
    for (const { metadata } of scaled.triggers) expect(metadata.url).toBe("http://web.rondo.svc/metrics");
    expect([scaled.scaleTargetRef.name, scaled.minReplicaCount]).toEqual(["worker", 1]);
  });
});
