// Puts together what reviewers that use a model are told: from the environment, the server file and the network.
import type { NetworkSettings } from "./github/create-fetch.ts";
import { modelAgent } from "./model-agent.ts";
import type { ServerConfig } from "./repo-config/schema.ts";
import type { ModelEnvironment, ModelSettings } from "./reviewers/model-access.ts";

/** `network` null when it cannot be used; then nothing is asked through it. */
export function modelSettings(
  config: { model: ModelEnvironment; network: NetworkSettings | null },
  server: Pick<ServerConfig, "model">,
): ModelSettings {
  const agent = config.network === null ? null : modelAgent(config.network);
  return { environment: config.model, server: server.model, agent };
}
