// What the model gateway adds: latency of one small answer (p50, p99) and throughput on a stream of 10 MB, each against the
// same requests sent straight to the scripted model, in turns in one run; and its token count against the model's own.
// Run: node scripts/build.mjs && node bench/gateway.mjs [--n 300] [--streams 10] [--dist FOLDER]
import { request } from "node:http";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "300" },
    streams: { type: "string", default: "10" },
    dist: { type: "string", default: "dist" },
  },
});
const { openGateway } = await import(resolve(values.dist, "src/gateway/gateway.js"));
const { startFakeOpenai } = await import(resolve(values.dist, "double/model/fake-openai.js"));
const { CLEAN_REVIEW } = await import(resolve(values.dist, "double/model/scenarios.js"));
const answer = { items: [{ text: CLEAN_REVIEW }] };
const model = await startFakeOpenai({ big: [{ ...answer, pad: 10_000_000 }] });
try {
  const small = await compare("ok", Number(values.n), 20);
  const big = await compare("big", Number(values.streams), 1);
  const mbPerS = (ms) => round(big.bytes / 1e6 / (ms / 1000));
  const result = {
    bench: "gateway",
    n: small.direct.length,
    directMs: { p50: at(small.direct, 0.5), p99: at(small.direct, 0.99) },
    gatewayMs: { p50: at(small.through, 0.5), p99: at(small.through, 0.99) },
    addedMs: { p50: at(small.added, 0.5), p99: at(small.added, 0.99) },
    streamBytes: big.bytes,
    directMBps: mbPerS(at(big.direct, 0.5)),
    gatewayMBps: mbPerS(at(big.through, 0.5)),
    ratio: round(at(big.direct, 0.5) / at(big.through, 0.5)),
    tokensExact: small.isExact && big.isExact,
    tokens: small.tokens,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  await model.close();
}

async function compare(scenario, n, warmUp) {
  const limits = { maxRequests: null, maxTokens: null, costUsd: null, maxOutputTokens: 1000 };
  const run = `${scenario}-through`;
  const upstream = model.baseUrl(scenario, run);
  const options = { upstream, key: "bench", models: ["m"], limits, prices: {}, listen: { kind: "tcp" } };
  const gateway = await openGateway(options);
  const there = { url: `${model.baseUrl(scenario, `${scenario}-direct`)}/responses`, token: "bench" };
  const here = { url: `${gateway.baseUrl}/responses`, token: gateway.token };
  const direct = [];
  const through = [];
  let bytes = 0;
  for (let at = 0; at < n + warmUp; at += 1) {
    const one = await ask(there);
    const other = await ask(here);
    bytes = other.bytes;
    if (at < warmUp) continue;
    direct.push(one.ms);
    through.push(other.ms);
  }
  const { tokens } = gateway.stats();
  await gateway.close();
  const isExact = JSON.stringify(tokens) === JSON.stringify(model.told(run));
  return { direct, through, added: through.map((ms, at) => ms - direct[at]), bytes, tokens, isExact };
}

function ask({ url, token }) {
  const started = performance.now();
  return new Promise((done, reject) => {
    const out = request(url, { method: "POST", headers: { authorization: `Bearer ${token}` } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => (bytes += chunk.length));
      response.on("end", () => done({ ms: performance.now() - started, bytes }));
      response.on("error", reject);
    });
    out.on("error", reject);
    out.end(JSON.stringify({ model: "m", stream: true, input: "hello" }));
  });
}

function at(times, share) {
  const sorted = times.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
}

function round(value) {
  return Math.round(value * 100) / 100;
}
