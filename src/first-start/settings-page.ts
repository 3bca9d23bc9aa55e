// The page after the App was created: its settings, where they go, and the three steps that are left. The one page that
// shows secrets, so it says to whom it shows them and until when.
import type { CreatedApp } from "../github/convert-manifest.ts";
import { markup, type Html } from "./html.ts";
import type { SetupPage } from "./layout.ts";
import { PATHS } from "./pages.ts";
import { settingsText } from "./settings-text.ts";

/** What became of `--write-settings`: the file, or why there is none. */
export type WrittenSettings = { file: string } | { problem: string } | null;

/** The page. `until` is the time after which the secrets are forgotten. */
export function settingsPage(options: {
  app: CreatedApp;
  written: WrittenSettings;
  until: Date;
  serverUrl: string;
  /** True when the page crosses a network without https. */
  isInTheOpen: boolean;
}): SetupPage {
  const { app, written, until, serverUrl, isInTheOpen } = options;
  const content = markup`<p class="lead">
      The App <b>${app.name}</b> exists${app.owner !== "" && markup` and belongs to <b>${app.owner}</b>`}. Rondo does not
      use it yet: it needs these settings, and a new start.
    </p>
    ${writtenNote(written)}
    <p>
      ${
        written !== null && "file" in written
          ? "These lines stand in the file:"
          : "Save these lines as a file that only you can read. One click selects them all."
      }
    </p>
    <pre class="secret" tabindex="0" aria-label="Settings">${settingsText(app)}</pre>
    <p class="actions">
      <a class="button" href="${PATHS.settingsFile}" download="rondo.env">Download rondo.env</a>
      <a class="button quiet" href="${PATHS.keyFile}" download="app.private-key.pem">Only the key (.pem)</a>
    </p>
    ${app.webhookSecret === null && missingSecret(app, serverUrl)}
    <div class="note warn">
      <p>
        They are as good as the App itself. Rondo keeps them in memory for this browser alone, until
        <time datetime="${until.toISOString()}">${until.toISOString().slice(11, 16)} UTC</time> or until it is
        stopped.${
          isInTheOpen &&
          " This page came over plain http: whoever watches the network between you and Rondo has seen them. If that is not you alone, make a new key and a new secret on the App's page."
        }
      </p>
    </div>
    <form method="post" action="${PATHS.forget}">
      <p class="actions"><button class="quiet">I have them: forget them here</button></p>
    </form>
    ${remainingSteps(app, written)}`;
  return { title: "Keep these settings", content, step: 2 };
}

/** After the secrets are gone from memory: what is left to do. */
export function forgottenPage(app: PublicApp, written: WrittenSettings): SetupPage {
  const content = markup`<p class="lead">Rondo no longer knows the key and the secret of <b>${app.name}</b>.</p>
    <p>
      If they are lost: on <a href="${app.pageUrl}" rel="noreferrer">the App's page</a> its owner can generate another key
      and set another webhook secret.
    </p>
    ${remainingSteps(app, written)}`;
  return { title: "Three steps are left", content, step: 3 };
}

/** What is no secret of an App. */
export type PublicApp = Pick<CreatedApp, "name" | "pageUrl">;

function remainingSteps(app: PublicApp, written: WrittenSettings): Html {
  return markup`<h2>Where they go</h2>
    ${places(written)}
    <h2>Start Rondo again</h2>
    <p>
      Stop this process (Ctrl-C, or <code>docker stop</code>) and start it with the settings. <code>/readyz</code> then
      answers 200, and <code>rondo doctor</code> says what is missing if it does not.
    </p>
    <h2>Install the App</h2>
    <p>
      <a class="button" href="${app.pageUrl}/installations/new" target="_blank" rel="noopener noreferrer">Install ${app.name}</a>
    </p>
    <p>Choose the repositories it shall review. From then on it answers every pull request there.</p>
    <h2>Require its check</h2>
    <p>In each repository, so that nothing is merged without a verdict:</p>
    <ol class="do">
      <li>Settings, Rules, Rulesets, <b>New branch ruleset</b>; target the default branch, set it to Active.</li>
      <li>Turn on <b>Require status checks to pass</b> and add the check <code>Rondo</code>.</li>
      <li>As its source choose <b>${app.name}</b>, not any source: then no other App or token can answer for it.</li>
    </ol>
    <p class="muted">GitHub offers the check in that list after its first run, so open a pull request first.</p>`;
}

function writtenNote(written: WrittenSettings): Html | null {
  if (written === null) return null;
  if ("file" in written)
    return markup`<div class="note">
      <p>Written to <code>${written.file}</code>, readable for its owner only.</p>
    </div>`;
  return markup`<div class="note bad" role="alert">
    <p>${written.problem} Save the lines below by hand: they are shown only here.</p>
  </div>`;
}

function missingSecret(app: CreatedApp, serverUrl: string): Html {
  return markup`<div class="note bad" role="alert">
    <p>
      ${new URL(serverUrl).host} made no webhook secret. Run <code>openssl rand -hex 32</code>, put the output behind
      <code>WEBHOOK_SECRET=</code> and into the settings of <a href="${app.pageUrl}" rel="noreferrer">the App</a>.
    </p>
  </div>`;
}

function places(written: WrittenSettings): Html {
  const file = written !== null && "file" in written ? written.file : "rondo.env";
  return markup`<dl>
    <dt>npm start</dt>
    <dd>as <code>.env</code> beside <code>package.json</code>, mode 0600</dd>
    <dt>Docker</dt>
    <dd><code>docker run --env-file ${file} …</code></dd>
    <dt>Docker Compose</dt>
    <dd>
      <code>APP_ID</code> and <code>WEBHOOK_SECRET</code> in its <code>.env</code>; the key as the file
      <code>data/keys/app.pem</code>, readable for uid 1000
    </dd>
    <dt>web and worker apart</dt>
    <dd>
      <code>WEBHOOK_SECRET</code> for web only, <code>APP_ID</code> and <code>PRIVATE_KEY</code> for the worker only
    </dd>
    <dt>Kubernetes</dt>
    <dd>two Secrets, as <code>deploy/kubernetes/README.md</code> shows</dd>
  </dl>`;
}
