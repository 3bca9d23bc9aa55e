// The double against GitHub's published contracts: a tour of everything it can do must leave nothing to complain about.
import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../../double/routes.ts";
import { createContractJudge } from "../contracts/judge.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { startReceiver, startSample, type Sample } from "./sample.ts";
import { tourEvents, tourRegistration, tourRest } from "./tour.ts";

let sample: Sample;
let page: string;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  receiver = await startReceiver();
  sample = await startSample({ webhook: { url: receiver.url, secret: "s".repeat(32) } });
  await tourRest(sample);
  await tourEvents(sample);
  await sample.double.deliveries.settled();
  page = await (await fetch(`${sample.double.url}/olga/shop/pull/1`)).text();
  await tourRegistration(sample);
}, 120_000);
afterAll(async () => {
  await sample.double.stop();
  await receiver.stop();
}, 60_000);

test("every modelled route was visited with success", () => {
  const visited = new Set(
    sample.double.journal.entries
      .filter(({ status }) => (status ?? 999) < 300)
      .map(({ method, route }) => `${method} ${route}`),
  );
  expect(routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !visited.has(route))).toEqual([]);
});

test("every request and answer of the tour, and every webhook sent, is as GitHub describes it", () => {
  expect(judgeJournal(sample.double.journal)).toEqual([]);
});

test("every event the double can announce is as GitHub describes it, sent or not", () => {
  const judge = createContractJudge();
  const problems = sample.double.announced.flatMap(({ event, payload }) => judge.judgeWebhook(event, payload));
  expect([...new Set(problems)]).toEqual([]);
});

test("a modelled route that nobody described would be noticed", () => {
  const judge = createContractJudge();
  const undescribed = routes.filter(
    ({ method, path }) => judge.operationOf(method, path.replaceAll(/\{\w+\}/g, "1")) === undefined,
  );
  expect(undescribed.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test("the tour reached every surface, and its page tells what happened", () => {
  const surfaces = new Set(sample.double.journal.entries.map(({ surface }) => surface));
  expect([...surfaces].sort()).toEqual(["graphql", "page", "rest", "webhook"]);
  const text = page.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  for (const words of [
    "A better title",
    "force-pushed the branch",
    "marked this pull request as draft",
    "added the label urgent",
    "left a review that was dismissed",
  ]) {
    expect(text.toLowerCase()).toContain(words.toLowerCase());
  }
});
