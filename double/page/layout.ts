// The frame of every page: head, style, a line saying what this is, and a small script that follows the pull request live.
import { createHash } from "node:crypto";
import { markup, trusted, type Html } from "./html.ts";
import { STYLE } from "./style.ts";

/** A page as the server sends it; the body is HTML in UTF-8. */
export interface Page {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

// Fetches the page again every two seconds and swaps the content when it changed. Folded and unfolded parts stay as the
// reader left them: they are known by the entry they stand in and by their summary.
const REFRESH = `setInterval(async()=>{const m=document.querySelector("main");
const key=d=>(d.closest("[id]")?.id??"")+d.querySelector("summary").textContent;
try{const text=await(await fetch(location.href)).text();
const n=new DOMParser().parseFromString(text,"text/html").querySelector("main");
if(!n||n.dataset.version===m.dataset.version)return;
const open=new Map([...m.querySelectorAll("details")].map(d=>[key(d),d.open]));
for(const d of n.querySelectorAll("details"))d.open=open.get(key(d))??d.open;
m.replaceWith(n)}catch{}},2000)`;

// Even if escaping failed somewhere, the browser runs this one script only and loads nothing from anywhere else.
const POLICY = [
  "default-src 'none'",
  "img-src data:",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash("sha256").update(REFRESH).digest("base64")}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A whole page around `content`; `isLive` makes an open page follow what happens. */
export function renderPage(title: string, crumbs: Html, content: Html, isLive: boolean): Page {
  const version = createHash("sha256").update(content.text).digest("hex").slice(0, 16);
  // No blank may stand inside the script: the policy above allows exactly these bytes.
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        <style>${trusted(STYLE)}</style>
      </head>
      <body>
        <div class="top">${crumbs}<span class="note">A stand-in for GitHub on this machine</span></div>
        <main data-version="${version}">${content}</main>
        ${isLive && markup`<script>${trusted(REFRESH)}</script>`}
      </body>
    </html>`;
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
    body: Buffer.from(page.text),
  };
}
