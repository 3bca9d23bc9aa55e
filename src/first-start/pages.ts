// The pages on the way to the App: the questions, the look at what will be sent, and what went wrong on the way back.
import { APP_PERMISSIONS, WEBHOOK_PATH, type AppManifest } from "../app-manifest.ts";
import { LONGEST_NAME, type Answers, type GivenAnswers, type Problems } from "./answers.ts";
import { markup, type Html } from "./html.ts";
import type { SetupPage } from "./layout.ts";

/** Paths of the set-up; the terminal's link leads to the first. */
export const PATHS = {
  start: "/setup",
  review: "/setup/review",
  created: "/setup/created",
  settings: "/setup/settings",
  settingsFile: "/setup/rondo.env",
  keyFile: "/setup/app.private-key.pem",
  forget: "/setup/forget",
} as const;

/** The questions; with `problems`, what has to be answered anew. */
export function questionsPage(options: {
  serverUrl: string;
  given: GivenAnswers;
  problems: Problems;
  /** File that `--write-settings` named; null when nothing is written. */
  settingsFile: string | null;
}): SetupPage {
  const { serverUrl, given, problems, settingsFile } = options;
  const host = new URL(serverUrl).host;
  const content = markup`<p class="lead">
      Rondo acts on GitHub as an App of your own. Three answers fill in GitHub's form; the App exists once you press the
      button there.
      ${
        settingsFile === null
          ? "Rondo writes nothing to disk: you get its key and secret on the next page."
          : markup`Its key and secret are then written to <code>${settingsFile}</code>, as you asked.`
      }
    </p>
    <form method="get" action="${PATHS.review}">
      ${field({
        name: "organization",
        label: "Organization",
        hint: "Its name on GitHub, if the App is to belong to it. Empty: your own account.",
        value: given.organization,
        problem: problems.organization,
      })}
      ${field({
        name: "name",
        label: "Name of the App",
        hint: markup`Unique on ${host}, so add your team's name: <code>Rondo Acme</code>. Comments and checks show it.`,
        value: given.name,
        problem: problems.name,
        longest: LONGEST_NAME,
      })}
      ${field({
        name: "publicUrl",
        label: "Public address of this server",
        hint: markup`Where GitHub reaches this server from outside: a reverse proxy or tunnel with https that leads to its
          port. Webhooks go to <code>${WEBHOOK_PATH}</code> below it.`,
        value: given.publicUrl,
        problem: problems.publicUrl,
        placeholder: "https://rondo.example.com",
      })}
      <p class="actions"><button>Continue</button></p>
    </form>
    <p class="muted">Nothing is sent to ${host} yet.</p>`;
  return { title: `Connect Rondo to ${host}`, content, step: 1 };
}

/** What GitHub will be asked for, and the button that leads there. `state` comes back with the code. */
export function reviewPage(options: {
  serverUrl: string;
  answers: Answers;
  manifest: AppManifest;
  state: string;
}): SetupPage {
  const { serverUrl, answers, manifest, state } = options;
  const host = new URL(serverUrl).host;
  const { organization } = answers;
  const place = organization === "" ? "" : `/organizations/${encodeURIComponent(organization)}`;
  const action = `${serverUrl}${place}/settings/apps/new?state=${encodeURIComponent(state)}`;
  const content = markup`<p class="lead">
      This is what ${host} will be asked for. It shows its own form next, where the name can still be changed, and then
      sends you back here.
    </p>
    <dl>
      <dt>Owner</dt>
      <dd>${organization === "" ? `your own account on ${host}` : organization}</dd>
      <dt>Name</dt>
      <dd>${manifest.name}</dd>
      <dt>Webhooks go to</dt>
      <dd><code>${manifest.hook_attributes.url}</code></dd>
      <dt>You come back to</dt>
      <dd><code>${manifest.redirect_url}</code></dd>
    </dl>
    <form method="post" action="${action}">
      <input type="hidden" name="manifest" value="${JSON.stringify(manifest)}" />
      <p class="actions">
        <button>Create the App on ${host}</button>
        <a class="button quiet" href="${backTo(answers)}">Change the answers</a>
      </p>
    </form>
    <h2>What it may do</h2>
    <table>
      ${Object.entries(APP_PERMISSIONS).map(
        ([name, level]) =>
          markup`<tr>
            <th scope="row"><code>${name}</code> ${level}</th>
            <td>${REASONS[name]}</td>
          </tr>`,
      )}
    </table>
    <details>
      <summary>${manifest.default_events.length} events it hears of</summary>
      <p>${manifest.default_events.map((event) => markup`<code>${event}</code> `)}</p>
    </details>
    <p class="muted">The App is private: only its owner can install it. Code is read, never written.</p>`;
  return { title: "Check, then create", content, step: 1 };
}

/** Somebody without the link, or with an old one. */
export function lockedPage(reason: "no link" | "wrong link" | "finished"): SetupPage {
  const words = {
    "no link": "Rondo runs, but no GitHub App is configured yet.",
    "wrong link": "This link is not the one of the running process.",
    finished: "The App was created already, in another browser.",
  };
  const content = markup`<p class="lead">${words[reason]}</p>
    <p>
      ${
        reason === "finished"
          ? "Put its settings in place and start Rondo again. To begin anew, stop Rondo and start it without settings."
          : "Open the link that Rondo printed when it started: on its terminal, or in the output of docker logs. Each start prints a new one."
      }
    </p>`;
  return { title: "Set-up is locked", content };
}

/** What went wrong, and what to do; `again` is an address that may work now. */
export type FailedStep = { title: string; what: string; todo: string; again?: string };

/** GitHub's way back did not work. */
export function failurePage(problem: FailedStep): SetupPage {
  const content = markup`<div class="note bad" role="alert"><p>${problem.what}</p></div>
    <p>${problem.todo}</p>
    <p class="actions">
      ${problem.again !== undefined && markup`<a class="button" href="${problem.again}">Try again</a> `}<a
        class="button quiet"
        href="${PATHS.start}"
        >Start over</a
      >
    </p>`;
  return { title: problem.title, content, step: 1 };
}

/** Why each permission is asked for, in the words of app.yml. */
const REASONS: Readonly<Record<string, string>> = {
  metadata: "every App has it; also tells who may write",
  contents: "the diff, the rules of the base branch",
  pull_requests: "reviews and review comments",
  issues: "comments, reactions",
  checks: "the check run named Rondo",
  statuses: "required checks of other tools",
  actions: "their results",
  merge_queues: "pull requests in a merge queue",
};

function backTo(answers: Answers): string {
  return `${PATHS.start}?${new URLSearchParams(answers).toString()}`;
}

function field(options: {
  name: string;
  label: string;
  hint: Html | string;
  value: string;
  problem: string | undefined;
  longest?: number;
  placeholder?: string;
}): Html {
  const { name, label, hint, value, problem, longest, placeholder } = options;
  const described = problem === undefined ? `${name}-hint` : `${name}-problem ${name}-hint`;
  return markup`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${value}"
      aria-describedby="${described}"
      autocomplete="off"
      spellcheck="false"
      ${
        longest !== undefined && markup` maxlength="${longest}"`
      }${placeholder !== undefined && markup` placeholder="${placeholder}"`}${problem !== undefined && markup` aria-invalid="true"`}
    />
    ${problem !== undefined && markup`<span class="problem" id="${name}-problem">${problem}</span>`}
    <span class="hint" id="${name}-hint">${hint}</span>
  </div>`;
}
