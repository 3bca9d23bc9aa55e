// The way from a fresh clone to a running App by hand, with one link that fills in GitHub's form: for an operator who does
// not want the set-up page of src/first-start/, or cannot reach it.
import { newAppUrl } from "./app-manifest.ts";

/** Five steps, plain text for a terminal. `serverUrl` is where GitHub is. */
export function firstSteps(serverUrl: string = "https://github.com"): string {
  return `To create one by hand (about five minutes):

  1. Open this link. Permissions and events are filled in; app.yml lists them.
     ${newAppUrl(serverUrl)}
     For an organization, put organizations/YOUR-ORG/ before settings/ in the address.
  2. Webhook URL: https://YOUR-HOST/api/github/webhooks, an address that GitHub can reach and that leads to this
     machine's port 3000. Webhook secret: the output of   openssl rand -hex 32
  3. On the App's page note the App ID, then "Generate a private key". Keep the file private:
     mkdir -p data/keys && mv ~/Downloads/*.private-key.pem data/keys/app.pem && chmod 600 data/keys/app.pem
  4. Write three lines into .env (the others are in .env.example):
     APP_ID=…
     PRIVATE_KEY_PATH=data/keys/app.pem
     WEBHOOK_SECRET=…
  5. "Install App" on a repository, then run   npm start   again and open a pull request.

To see Rondo work without GitHub, run   npm run demo`;
}
