// The image's HEALTHCHECK: asks this container's own server whether it is up, whichever role it has (serve, web, worker).
// Exit 0: it answers. Exit 1: it does not, and the last line says why. Plain node:http, because it runs every few seconds.
import { get } from "node:http";

const TIMEOUT_MS = 4000;
const host = process.env.HOST || "127.0.0.1";
// A server that listens on all addresses is asked on the loopback.
const address = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
const port = Number(process.env.PORT || 3000);

const request = get({ host: address, port, path: "/healthz", timeout: TIMEOUT_MS, agent: false }, (response) => {
  response.resume();
  end(response.statusCode === 200 ? 0 : 1, `/healthz answered ${response.statusCode}`);
});
request.on("timeout", () => end(1, `no answer within ${TIMEOUT_MS} ms`));
request.on("error", (error) => end(1, `${address}:${port} cannot be reached: ${error.message}`));

function end(code, text) {
  process.stdout.write(`${text}\n`, () => process.exit(code));
}
