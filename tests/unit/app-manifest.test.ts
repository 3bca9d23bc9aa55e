// app.yml, the link that creates the App and the events that are read must be one list; a missing event would be a
// feature that silently never works.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { APP_EVENTS, APP_PERMISSIONS, newAppUrl } from "../../src/app-manifest.ts";
import { PAYLOADS } from "../../src/intent/payload.ts";

describe("app.yml", () => {
  const manifest = z
    .record(z.string(), z.unknown())
    .parse(parse(readFileSync(new URL("../../app.yml", import.meta.url), "utf8")));

  it("asks for exactly the events that are read", () => {
    expect(manifest["default_events"]).toEqual(Object.keys(PAYLOADS));
    expect(APP_EVENTS).toEqual(manifest["default_events"]);
  });

  it("asks for exactly the permissions of the link", () => {
    expect(manifest["default_permissions"]).toEqual(APP_PERMISSIONS);
  });

  it("writes nothing but pull requests, issues and checks", () => {
    const written = Object.entries(APP_PERMISSIONS).filter(([, level]) => level === "write");

    expect(written.map(([name]) => name)).toEqual(["pull_requests", "issues", "checks"]);
  });
});

describe("newAppUrl", () => {
  it("fills in GitHub's form", () => {
    const url = new URL(newAppUrl("https://github.example"));

    expect(url.origin + url.pathname).toBe("https://github.example/settings/apps/new");
    expect(url.searchParams.get("checks")).toBe("write");
    expect(url.searchParams.getAll("events[]")).toContain("pull_request");
    expect(url.searchParams.getAll("events[]")).not.toContain("installation");
  });
});
