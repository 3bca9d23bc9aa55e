// app.yml, the link that creates the App and the events that are read must be one list; a missing event would be a
// feature that silently never works.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { APP_EVENTS, APP_PERMISSIONS, appManifest, newAppUrl } from "../../src/app-manifest.ts";
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

  it("is what GitHub is sent, with the deployment's own addresses and name", () => {
    const deployment = {
      name: "Rondo Acme",
      publicUrl: "https://rondo.example",
      redirectUrl: "http://localhost:3000/setup/created",
    };
    const { redirect_url, ...sent } = appManifest(deployment);

    expect(redirect_url).toBe(deployment.redirectUrl);
    expect(sent).toEqual({
      ...manifest,
      name: deployment.name,
      url: deployment.publicUrl,
      hook_attributes: { url: "https://rondo.example/api/github/webhooks", active: true },
      // GitHub sends these two to every App and refuses a manifest that names them.
      default_events: APP_EVENTS.filter((event) => event !== "installation" && event !== "installation_repositories"),
    });
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
