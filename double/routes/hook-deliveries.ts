// The App's webhook: configuration, past deliveries, redelivery. https://docs.github.com/en/rest/apps/webhooks
import { invalidRequest, notFound } from "../api-error.ts";
import { optionalString } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import { apiUrl, isoTime } from "../world.ts";
import type { Delivery } from "../webhooks/deliveries.ts";

const ONE = "/app/hook/deliveries/{delivery_id}";

/** `/app/hook/…`; all need the App's JWT. */
export const hookDeliveryRoutes: Route[] = [
  { method: "GET", path: "/app/hook/config", access: "app", handle: showConfig },
  { method: "PATCH", path: "/app/hook/config", access: "app", handle: changeConfig },
  { method: "GET", path: "/app/hook/deliveries", access: "app", handle: list },
  { method: "GET", path: ONE, access: "app", handle: get },
  { method: "POST", path: `${ONE}/attempts`, access: "app", handle: redeliver },
];

function showConfig({ world }: Call): Reply {
  const { url, secret } = world.deliveries.target;
  return {
    status: 200,
    body: { url: url ?? "", content_type: "json", insecure_ssl: "0", ...(secret === "" ? {} : { secret: "********" }) },
  };
}

function changeConfig(call: Call): Reply {
  const { target } = call.world.deliveries;
  target.url = optionalString(call.body, "url") ?? target.url;
  target.secret = optionalString(call.body, "secret") ?? target.secret;
  return showConfig(call);
}

// Newest first, by cursor. `status=failure` covers the codes 400 to 599 only, so a timeout (0) is not in it.
function list(call: Call): Reply {
  const { world, query } = call;
  const perPage = Math.min(100, Number(query.get("per_page") ?? 30) || 30);
  const cursor = query.get("cursor");
  const status = query.get("status");
  if (status !== null && status !== "success" && status !== "failure")
    throw invalidRequest(`status must be "success" or "failure"`);
  const found = world.deliveries.records
    .toSorted((left, right) => right.id - left.id)
    .filter((delivery) => cursor === null || delivery.id <= Number(cursor.replace(/^v1_/, "")))
    .filter(({ statusCode }) => {
      if (status === "failure") return statusCode >= 400 && statusCode <= 599;
      return status === null || (statusCode >= 200 && statusCode <= 399);
    });
  const next = found[perPage];
  const link = new URLSearchParams({ ...Object.fromEntries(query), cursor: `v1_${next?.id ?? 0}` });
  return {
    status: 200,
    body: found.slice(0, perPage).map(presentItem),
    headers:
      next === undefined ? {} : { link: `<${apiUrl(world)}/app/hook/deliveries?${link.toString()}>; rel="next"` },
  };
}

function deliveryOf({ world, params }: Call): Delivery {
  const delivery = world.deliveries.records.find(({ id }) => id === Number(params["delivery_id"]));
  if (delivery === undefined) throw notFound();
  return delivery;
}

function get(call: Call): Reply {
  const delivery = deliveryOf(call);
  return {
    status: 200,
    body: {
      ...presentItem(delivery),
      url: call.world.deliveries.target.url ?? "",
      request: { headers: delivery.requestHeaders, payload: delivery.payload },
      response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
    },
  };
}

// 202 at once; the attempt runs on its own, like on GitHub.
function redeliver(call: Call): Reply {
  void call.world.deliveries.redeliver(deliveryOf(call).id);
  return { status: 202, body: {} };
}

function presentItem(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: isoTime(delivery.deliveredAt),
    redelivery: delivery.isRedelivery,
    duration: Math.round(delivery.durationMs) / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}
