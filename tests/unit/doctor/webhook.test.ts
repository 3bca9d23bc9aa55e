// Where GitHub sends events and whether they arrive, as `rondo doctor` judges it.
import { describe, expect, it } from "vitest";
import { appSettingsUrl, judgeDeliveries, judgeHook } from "../../../src/doctor/github-webhook.ts";

const PAGE = "https://github.com/settings/apps/rondo";
const GOOD = {
  url: "https://rondo.corp/api/github/webhooks",
  contentType: "json",
  hasSecret: true,
  checksCertificate: true,
};

const app = (isOrganization: boolean) => ({ slug: "r", owner: { login: "acme", isOrganization } });

describe("the webhook's address", () => {
  const judge = (
    change: Partial<typeof GOOD>,
    publicUrl: string | null = "https://rondo.corp",
    page = PAGE,
  ): string => {
    const finding = judgeHook({ ...GOOD, ...change }, publicUrl, page);
    return `${finding.status} ${finding.found}${"todo" in finding ? ` → ${finding.todo}` : ""}`;
  };
  it.each<[Partial<typeof GOOD>, string | null, string]>([
    [{}, "https://rondo.corp", "ok https://rondo.corp/api/github/webhooks"],
    [{}, null, "ok https://rondo.corp/api/github/webhooks (set RONDO_PUBLIC_URL to have it compared)"],
    [{ url: "" }, "https://rondo.corp", "error The App has no webhook URL"],
    [{ url: "https://example.com/api/github/webhooks" }, null, "error The webhook URL is still the example's"],
    [{ url: "https://rondo.corp/" }, null, "error The webhook URL https://rondo.corp/ has another path"],
    [
      { url: "https://old.corp/api/github/webhooks" },
      "https://rondo.corp",
      "but RONDO_PUBLIC_URL says https://rondo.corp",
    ],
    [
      { url: "http://rondo.corp/api/github/webhooks" },
      null,
      "error The webhook URL http://rondo.corp/api/github/webhooks is not https",
    ],
    [{ url: "http://localhost:3000/api/github/webhooks" }, null, "error GitHub cannot reach http://localhost:3000"],
    [{ contentType: "form" }, null, "error The webhook sends form, which is refused."],
    [{ hasSecret: false }, null, "error The App has no webhook secret at GitHub."],
    [{ checksCertificate: false }, null, "warning GitHub does not check the certificate"],
    [
      { url: "https://rondo.corp/api/github/webhooks?token=canary" },
      null,
      "ok https://rondo.corp/api/github/webhooks (",
    ],
  ])("%j with public address %s: %s", (change, publicUrl, words) => {
    expect(judge(change, publicUrl)).toContain(words);
    expect(judge(change, publicUrl)).not.toContain("canary");
  });

  it("of a GitHub on this machine may be this machine's", () => {
    const here = "http://127.0.0.1:3000/api/github/webhooks";
    expect(judge({ url: here }, null, "http://127.0.0.1:9/settings/apps/rondo")).toMatch(/^ok/);
  });

  it("is set on the page of the App's owner", () => {
    expect(appSettingsUrl("https://github.com", app(false))).toBe("https://github.com/settings/apps/r");
    expect(appSettingsUrl("https://ghe.corp", app(true))).toBe("https://ghe.corp/organizations/acme/settings/apps/r");
  });
});

describe("deliveries", () => {
  const now = new Date("2026-05-01T12:00:00Z");
  const at = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();
  const delivery = (guid: string, statusCode: number, minutes: number, status = "OK") => {
    return { guid, event: "push", statusCode, status, deliveredAt: at(minutes) };
  };
  const judge = (...list: ReturnType<typeof delivery>[]): string => {
    const finding = judgeDeliveries(list, now, PAGE);
    return `${finding.status} ${finding.found}`;
  };

  it("none at all, and all of them", () => {
    expect(judge()).toMatch(/^warning GitHub has sent nothing/);
    expect(judge(delivery("b", 202, 3), delivery("a", 202, 200))).toBe("ok 2 deliveries arrived, the newest 3 min ago");
    expect(judge(delivery("a", 202, 0))).toBe("ok 1 delivery arrived, the newest less than a minute ago");
  });

  it("one that arrived in a later attempt has not failed", () => {
    expect(judge(delivery("a", 202, 1), delivery("a", 503, 5))).toBe("ok 1 delivery arrived, the newest 1 min ago");
  });

  it("failures before the newest are past; a time-out counts although its code is 0", () => {
    expect(judge(delivery("c", 202, 1), delivery("b", 0, 120, "timed out"), delivery("a", 503, 9000))).toBe(
      "warning 2 of the last 3 deliveries failed (1 × timed out, 1 × status 503), the newest 2 h ago; since then they arrive.",
    );
  });

  it("the newest refused for its signature: the secrets differ; any other: a warning", () => {
    expect(judge(delivery("a", 401, 1))).toMatch(
      /^error 1 of the last 1 delivery failed \(status 401\).*WEBHOOK_SECRET/,
    );
    expect(judge(delivery("a", 0, 3000, "failed to connect"))).toMatch(
      /^warning .*\(failed to connect\), the newest 2 days ago/,
    );
    expect(judge(delivery("b", 404, 1), delivery("a", 401, 2))).toMatch(/^warning 2 of the last 2/);
  });
});
