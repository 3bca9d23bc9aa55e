// Every way in which GitHub's answer can fail to become an App, in words for the operator: what happened, what to do.
import type { FailedStep } from "./pages.ts";

/** The state is not the one of this process. */
export const STRANGE_STATE: FailedStep = {
  title: "This answer does not fit",
  what: "GitHub's answer does not belong to a form of this process. Nothing was fetched.",
  todo: "Rondo may have been started again in between. Start over here; if GitHub created an App, delete that one.",
};

/** The way back without a code. */
export const NO_CODE: FailedStep = {
  title: "GitHub sent no code",
  what: "The way back from GitHub carries no usable code. Nothing was fetched.",
  todo: "Start over, and press the button on GitHub's form.",
};

/** The code was used, is older than an hour, or was never GitHub's. */
export const CODE_GONE = (serverUrl: string): FailedStep => ({
  title: "The code is no longer valid",
  what: "GitHub does not know this code any more: it works once and for one hour.",
  todo: `Start over. If GitHub lists an unused App under ${serverUrl}/settings/apps, or in the organization's settings, delete it first, for its name is taken.`,
});

/** Network, rate limit, a bad day of GitHub's: the code may still be good at `again`. */
export function githubTrouble(error: { message: string; hint: string | undefined }, again: string): FailedStep {
  return {
    title: "GitHub could not be asked",
    what: [error.message, error.hint].filter(Boolean).join(" "),
    todo: "The App exists; only its key is still to be fetched, within an hour. Check that this server reaches GITHUB_API_URL, then try again.",
    again,
  };
}
