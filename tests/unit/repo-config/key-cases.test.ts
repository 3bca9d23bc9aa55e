// A key that is described is a key that works: it has a story, or stands in the list of those that nothing acts on yet.
import { expect, test } from "vitest";
import { NOT_YET } from "../../../src/repo-config/not-yet.ts";
import { leafPaths } from "../../../src/repo-config/schema-keys.ts";
import { RepoConfig } from "../../../src/repo-config/schema.ts";
import { repositoryLayer } from "../../../src/repo-config.ts";
import { KEY_CASES } from "../../support/config-keys.ts";

const keys = leafPaths(RepoConfig).map((path) => path.join("."));
const later = keys.filter((key) => NOT_YET.includes(key) || NOT_YET.includes(key.split(".")[0] ?? ""));

test("every key has a story or is marked as not acted on, never both", () => {
  expect(Object.keys(KEY_CASES).toSorted()).toEqual(keys.filter((key) => !later.includes(key)).toSorted());
});

test("every story sets its key, and rightly", () => {
  for (const [key, { set, also = "" }] of Object.entries(KEY_CASES)) {
    const { given, problems } = repositoryLayer(set, null);
    expect(problems, key).toEqual([]);
    expect(repositoryLayer(also, null).problems, key).toEqual([]);
    const value = key.split(".").reduce<unknown>((inner, part) => Object(inner)[part], given);
    expect(value, key).not.toBeUndefined();
  }
});
