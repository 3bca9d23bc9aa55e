// The frame of the set-up pages: style, steps, and the headers that keep secrets in the browser that may see them.
// No script at all: the policy forbids them, and the pages work in a text browser.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Html, markup } from "./html.ts";

/** What is shown. `step`: 1 create, 2 settings, 3 finish; undefined for a page outside the way. */
export type SetupPage = { title: string; content: Html; step?: 1 | 2 | 3 };

/** Sends a page. `formOrigin` is the one other place to which its form may lead. Nothing of it is kept by a browser. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: SetupPage,
  options: { status?: number; formOrigin?: string; headers?: Record<string, string> } = {},
): void {
  // Nobody reads a body here; an unread one must not hold the connection.
  request.resume();
  const policy = [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'`,
    `form-action 'self'${options.formOrigin === undefined ? "" : ` ${options.formOrigin}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.writeHead(options.status ?? 200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    ...PRIVATE_HEADERS,
    ...options.headers,
  });
  response.end(request.method === "HEAD" ? undefined : renderPage(page));
}

/** For everything below /setup: kept nowhere, told to no other site, guessed to be nothing else than it says. */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  // Not no-referrer: the form needs to know by which address this page was reached. Other sites hear nothing.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

function renderPage({ title, content, step }: SetupPage): string {
  const steps = ["Create the App", "Keep its settings", "Start, install, require"];
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Rondo</title>
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
        <header>
          <p class="brand">Rondo</p>
          ${
            step !== undefined &&
            markup`<ol class="steps">
              ${steps.map(
                (name, index) =>
                  markup`<li${index + 1 === step && markup` aria-current="step"`}${index + 1 < step && markup` class="done"`}>${name}</li>`,
              )}
            </ol>`
          }
        </header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>
`.text;
}

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f6f8;--line:#d5d9df;--text:#1c2128;--muted:#59636e;--accent:#0b5cad;--on:#fff;--bad:#b42318;--bad-soft:#fdecea;--warn:#7a5300;--warn-soft:#fff6d9;--good:#1a7f37}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--soft:#181e26;--line:#38414c;--text:#eef1f5;--muted:#9aa5b1;--accent:#6cb1ff;--on:#0f1318;--bad:#ff8f85;--bad-soft:#33191a;--warn:#f0c65a;--warn-soft:#2c2410;--good:#4fc36a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif}
header,main{max-width:760px;margin:0 auto;padding:0 24px}
header{display:flex;flex-wrap:wrap;gap:8px 28px;align-items:baseline;padding-top:28px}
.brand{font-weight:700;margin:0}
.steps{display:flex;flex-wrap:wrap;gap:6px 22px;list-style:none;counter-reset:step;margin:0;padding:0;font-size:14px;color:var(--muted)}
.steps li{counter-increment:step}.steps li::before{content:counter(step) ". "}
.steps li[aria-current]{color:var(--text);font-weight:600}.steps .done::before{content:"✓ ";color:var(--good)}
h1{font-size:30px;line-height:1.2;margin:28px 0 12px}h2{font-size:20px;line-height:1.3;margin:40px 0 8px}
p,ul,ol,dl,pre,table{margin:0 0 16px}.lead{font-size:18px;color:var(--muted)}
a{color:var(--accent)}code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
code{background:var(--soft);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:14px 16px;overflow-x:auto;white-space:pre}
pre.secret{user-select:all;-webkit-user-select:all;white-space:pre-wrap;overflow-wrap:anywhere;max-height:260px;overflow-y:auto}
form{margin:0 0 16px}.field{margin:0 0 22px}.field label{display:block;font-weight:600;margin:0 0 4px}
.field .hint{display:block;color:var(--muted);font-size:14px;margin:4px 0 0}
input{width:100%;font:inherit;color:inherit;background:var(--bg);border:1px solid var(--muted);border-radius:8px;padding:10px 12px}
input[aria-invalid]{border-color:var(--bad)}.problem{display:block;color:var(--bad);font-size:14px;margin:4px 0 0}
button,.button{display:inline-block;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:1px solid var(--accent);border-radius:8px;padding:10px 18px;cursor:pointer;text-decoration:none}
.quiet{color:var(--accent);background:none}.actions{display:flex;flex-wrap:wrap;gap:12px;align-items:center}
button:focus-visible,a:focus-visible,input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.note{border:1px solid var(--line);border-left:4px solid var(--muted);border-radius:8px;padding:12px 16px;margin:0 0 16px}.note>:last-child{margin:0}
.note.warn{background:var(--warn-soft);border-left-color:var(--warn)}.note.bad{background:var(--bad-soft);border-left-color:var(--bad)}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:6px 20px}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:7px 14px 7px 0}th{font-weight:400}th code{white-space:nowrap}td:last-child{padding-right:0}
summary{cursor:pointer;font-weight:600}details{margin:0 0 16px}details>:nth-child(2){margin-top:10px}main{padding-bottom:80px}
ol.do{padding-left:22px}ol.do li{margin:0 0 8px}.muted{color:var(--muted)}
@media (max-width:560px){header,main{padding-left:16px;padding-right:16px}h1{font-size:25px}dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin:0 0 10px}.actions>*{width:100%;text-align:center}}
`;

const STYLE_HASH = `sha256-${createHash("sha256").update(STYLE).digest("base64")}`;
