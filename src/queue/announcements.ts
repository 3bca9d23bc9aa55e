// "The state file changed": told to every worker at once, so that a stale reviewer dies now and not at its next check.
// Only a shortcut: workers also check the state themselves, so a lost announcement costs seconds, never correctness.
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Jobs, Log } from "../ports.ts";
import { pullRequestKey } from "../pull-request.ts";
import { queuePrefix } from "./jobs.ts";

/** Callbacks by pull request key, within this process. */
export type Listeners = Pick<Jobs, "onAnnounced"> & { call(key: string, log: Log): void };

/** Keeps the callbacks of one process. */
export function openListeners(): Listeners {
  const byKey = new Map<string, Set<() => void>>();
  return {
    onAnnounced(ref, callback) {
      const key = pullRequestKey(ref);
      const callbacks = byKey.get(key) ?? new Set();
      // Wrapped, so that the same function given twice is called twice and stopped one by one.
      const entry = (): void => callback();
      byKey.set(key, callbacks.add(entry));
      return () => {
        callbacks.delete(entry);
        if (callbacks.size === 0 && byKey.get(key) === callbacks) byKey.delete(key);
      };
    },
    call(key, log) {
      for (const callback of Array.from(byKey.get(key) ?? [])) {
        try {
          callback();
        } catch (error) {
          log.error("An announcement's callback failed", { key, reason: String(error) });
        }
      }
    },
  };
}

const channel = `${queuePrefix}:announcements`;

/** Where announcements go and come from: `publish` may reject, `subscribe` never ends until closed. */
export type RedisAnnouncements = Pick<Jobs, "announce" | "onAnnounced"> & { close(): void };

/** Over Redis pub/sub. The subscriber's connection opens with the first `onAnnounced`. */
export function openRedisAnnouncements(
  publish: (channel: string, message: string) => Promise<unknown>,
  openSubscriber: () => Redis,
  log: Log,
): RedisAnnouncements {
  const listeners = openListeners();
  const self = randomUUID();
  let subscriber: Redis | undefined;

  function subscribe(): void {
    subscriber = openSubscriber();
    subscriber.on("message", (_channel, message: string) => {
      const [from, key] = message.split(" ");
      if (from !== self && key !== undefined) listeners.call(key, log);
    });
    // Subscribed again by the client library after every reconnect.
    subscriber.subscribe(channel).catch((error: unknown) => log.warn("Cannot subscribe", { reason: String(error) }));
  }

  return {
    async announce(ref) {
      const key = pullRequestKey(ref);
      // This process does not need Redis to hear itself.
      listeners.call(key, log);
      try {
        await publish(channel, `${self} ${key}`);
      } catch (error) {
        log.warn("Could not announce a change, workers see it at their next check", { key, reason: String(error) });
      }
    },
    onAnnounced(ref, callback) {
      if (subscriber === undefined) subscribe();
      return listeners.onAnnounced(ref, callback);
    },
    close() {
      subscriber?.disconnect();
    },
  };
}
