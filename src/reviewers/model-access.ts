// Everything a reviewer needs to ask a model: the environment's part (key, address, name), the server file's part (API,
// prices, limits), and the way out. One place decides whether that is enough, and opens the gateway of a run.
import type { Agent } from "node:https";
import { UserError } from "../errors.ts";
import type { Gateway, GatewayBounds, GatewayOptions, ModelApi, PriceTable } from "../gateway/contract.ts";
import { openGateway } from "../gateway/gateway.ts";
import { Model } from "../repo-config/model.ts";
import type { Spend } from "../reviewer.ts";

/** OPENAI_API_KEY, OPENAI_BASE_URL, RONDO_MODEL and RONDO_CODEX_BIN; null where unset. */
export type ModelEnvironment = {
  apiKey: string | null;
  baseUrl: string | null;
  name: string | null;
  codexBin?: string | null;
};

/** `agent`: connections through proxy and extra authorities; null: direct. */
export type ModelSettings = { environment: ModelEnvironment; server: Model; agent: Agent | null };

/** What is known to be there. `key` null: an endpoint of one's own that wants none. */
export type ModelAccess = {
  upstream: string;
  key: string | null;
  model: string;
  api: ModelApi;
  prices: PriceTable;
  server: Model;
  agent: Agent | null;
};

/** Where OpenAI's own API is. https://developers.openai.com/api/reference/overview */
export const OPENAI_URL = "https://api.openai.com/v1";
/** The model of OpenAI's own API where none is named: codex 0.169.0 takes the same. */
export const DEFAULT_MODEL = "gpt-6.1-sol";

/** Throws UserError MODEL_KEY_MISSING or MODEL_NAME_MISSING with the line that helps. `reviewer` is who wants it. */
export function modelAccess(settings: ModelSettings | null, reviewer: string): ModelAccess {
  const { environment, server, agent } = settings ?? NOTHING;
  const { apiKey, baseUrl, name } = environment;
  const isOwnMachine = baseUrl?.startsWith("http://") === true;
  if (apiKey === null && !isOwnMachine)
    throw new UserError(
      `The reviewer ${reviewer} asks a model and there is no key for it: OPENAI_API_KEY is not set.`,
      {
        code: "MODEL_KEY_MISSING",
        hint: `Set OPENAI_API_KEY, or take ${reviewer} out of RONDO_REVIEWERS.`,
      },
    );
  if (name === null && baseUrl !== null)
    throw new UserError("OPENAI_BASE_URL names an endpoint of your own, and RONDO_MODEL does not say which model.", {
      code: "MODEL_NAME_MISSING",
      hint: "Set RONDO_MODEL to the name of a model that the endpoint knows.",
    });
  const prices = Object.fromEntries(
    Object.entries(server.prices).map(([model, { input, output, cached_input: cachedInput }]) => [
      model,
      { input, output, ...(cachedInput !== undefined && { cachedInput }) },
    ]),
  );
  const upstream = baseUrl ?? OPENAI_URL;
  return { upstream, key: apiKey, model: name ?? DEFAULT_MODEL, api: server.api, prices, server, agent };
}

const NOTHING: ModelSettings = {
  environment: { apiKey: null, baseUrl: null, name: null },
  server: Model.parse({}),
  agent: null,
};

/** The gateway of one run; `costUsd` null: no limit of money. */
export function openRunGateway(
  access: ModelAccess,
  run: { costUsd: number | null; bounds?: Partial<GatewayBounds>; listen?: GatewayOptions["listen"] },
): Promise<Gateway> {
  const { upstream, key, model, prices, server, agent } = access;
  const limits = {
    maxRequests: server.requests_per_run,
    maxTokens: server.tokens_per_run,
    costUsd: run.costUsd,
    maxOutputTokens: server.output_tokens,
  };
  return openGateway({
    ...{ upstream, key, limits, prices },
    models: [model],
    listen: run.listen ?? { kind: "tcp" },
    ...(run.bounds && { bounds: run.bounds }),
    ...(agent !== null && upstream.startsWith("https:") && { agent }),
  });
}

/** What a run used up, for its Review. */
export function spendOf(gateway: Pick<Gateway, "stats">): Spend {
  const { model, requests, tokens, unmetered, costUsd } = gateway.stats();
  return { model, requests, tokens, unmetered, costUsd };
}
