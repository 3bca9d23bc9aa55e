// Small pieces that several parts of the page share: avatars, times, icons, SHAs, comment boxes with their reactions.
import type { CheckRun, MinimizedReason, Reaction, ReactionContent, User } from "../state.ts";
import { isoTime } from "../world.ts";
import type { World } from "../world.ts";
import { markup, trusted, type Html } from "./html.ts";
import { renderMarkdown } from "./render-markdown.ts";

const REACTIONS: Record<ReactionContent, string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  hooray: "🎉",
  confused: "😕",
  heart: "❤️",
  rocket: "🚀",
  eyes: "👀",
};

/** Initials on a colour that belongs to the login; square for Apps, as on GitHub. */
export function renderAvatar(user: User): Html {
  const name = user.login.replace(/\[bot\]$/, "");
  const hue = name.split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const shape = user.type === "Bot" ? "avatar bot" : "avatar";
  return markup`<span class="${shape}" style="--hue:${hue}" aria-hidden="true">${name.slice(0, 2)}</span>`;
}

/** Login, with the mark GitHub puts beside Apps. */
export function renderLogin(user: User): Html {
  const name = user.login.replace(/\[bot\]$/, "");
  return markup`<b class="login">${name}</b>${user.type === "Bot" && markup`<span class="tag">bot</span>`}`;
}

/** UTC time to the minute; the second is in the tooltip. */
export function renderTime(at: Date): Html {
  const iso = isoTime(at);
  return markup`<time datetime="${iso}" title="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}

/** First seven digits of a SHA. */
export function renderSha(sha: string): Html {
  return markup`<code class="sha" title="${sha}">${sha.slice(0, 7)}</code>`;
}

/** How a check run stands, in one word that is also its colour's class. */
export type CheckMood = "good" | "bad" | "attention" | "running" | "waiting" | "neutral";

export function moodOf({ status, conclusion }: Pick<CheckRun, "status" | "conclusion">): CheckMood {
  if (status === "in_progress") return "running";
  if (status !== "completed") return "waiting";
  if (conclusion === "success") return "good";
  if (conclusion === "failure" || conclusion === "timed_out") return "bad";
  return conclusion === "action_required" ? "attention" : "neutral";
}

const ICONS: Record<CheckMood, string> = {
  good: '<path d="M4.5 8.5l2.5 2.5 5-6"/>',
  bad: '<path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>',
  attention: '<path d="M8 4v5M8 11.6v.2"/>',
  running: '<path d="M8 4.4A3.6 3.6 0 1 1 4.4 8"/>',
  waiting: '<path d="M8 4.8V8l2.2 1.6"/>',
  neutral: '<path d="M5 8h6"/>',
};

/** A round icon in the colour of the mood; `label` is read aloud. */
export function renderMood(mood: CheckMood, label: string): Html {
  const drawing = trusted(ICONS[mood]);
  return markup`<svg class="mood ${mood}" viewBox="0 0 16 16" role="img" aria-label="${label}">
    <circle cx="8" cy="8" r="8" />
    ${drawing}
  </svg>`;
}

/** Markdown as a comment shows it. */
export function renderBody(body: string): Html {
  if (body.trim() === "") return markup`<div class="md empty">No description provided.</div>`;
  return markup`<div class="md">${trusted(renderMarkdown(body))}</div>`;
}

/** Counts of reactions below a text. */
export function renderReactions(world: World, subject: Reaction["subject"]): Html | null {
  const given = [...world.state.reactions.values()].filter(
    (one) => one.subject.kind === subject.kind && one.subject.id === subject.id,
  );
  if (given.length === 0) return null;
  const pills = Object.entries(REACTIONS).map(([content, sign]) => {
    const logins = given
      .filter((one) => one.content === content)
      .map((one) => world.state.users.get(one.userId)?.login ?? "");
    return (
      logins.length > 0 && markup`<span class="reaction" title="${logins.join(", ")}">${sign} ${logins.length}</span>`
    );
  });
  return markup`<div class="reactions">${pills}</div>`;
}

/** Hides a minimised comment behind the sentence GitHub shows for it. */
export function renderMinimized(reason: MinimizedReason | null, body: Html): Html {
  if (reason === null) return body;
  const word = reason.toLowerCase().replace("_", "-");
  return markup`<details class="minimized">
    <summary>This comment was marked as ${word}.</summary>
    ${body}
  </details>`;
}
