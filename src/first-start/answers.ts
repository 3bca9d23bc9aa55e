// What the operator tells the set-up page: who owns the App, its name, where GitHub reaches this server. Checked here so
// that GitHub's form does not end in an error page of GitHub's.

/** The form's fields as they came. */
export type GivenAnswers = { organization: string; name: string; publicUrl: string };

/** Checked answers. `organization`: empty for the operator's own account. `publicUrl`: no trailing slash. */
export type Answers = GivenAnswers;

/** One sentence for each field that cannot be used. */
export type Problems = Partial<Record<keyof GivenAnswers, string>>;

/** Longest name of an App. Source: https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app */
export const LONGEST_NAME = 34;

/** Reads the fields from a query. */
export function readAnswers(query: URLSearchParams): GivenAnswers {
  const field = (name: string): string => (query.get(name) ?? "").trim();
  return { organization: field("organization"), name: field("name"), publicUrl: field("publicUrl") };
}

/** The answers, ready to be used, or what is wrong with them. `serverUrl` is where GitHub is. */
export function checkAnswers(given: GivenAnswers, serverUrl: string): { answers: Answers } | { problems: Problems } {
  const problems: Problems = {
    ...(!ACCOUNT.test(given.organization) && {
      organization: "Write the organization's name as it stands in its address, or leave this empty.",
    }),
    ...nameProblem(given.name),
    ...addressProblem(given.publicUrl, serverUrl),
  };
  if (Object.keys(problems).length > 0) return { problems };
  return { answers: { ...given, publicUrl: given.publicUrl.replace(/\/+$/, "") } };
}

/** Letters, digits and single hyphens, 39 at most; GitHub's rule for account names. Empty is the operator's own account. */
const ACCOUNT = /^(?:[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?)?$/i;

function nameProblem(name: string): Problems {
  if (name === "") return { name: "Give the App a name." };
  if (name.length > LONGEST_NAME) return { name: `GitHub takes ${LONGEST_NAME} characters at most.` };
  return {};
}

function addressProblem(value: string, serverUrl: string): Problems {
  if (value === "") return { publicUrl: "GitHub needs an address to send webhooks to." };
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { publicUrl: "Write a full address, such as https://rondo.example.com." };
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return { publicUrl: "Write host and path only: no password, no `?`, no `#`." };
  }
  // A GitHub on this machine (the double of the demo) reaches this machine; no other does.
  if (LOOPBACK.test(new URL(serverUrl).hostname)) return {};
  if (LOOPBACK.test(url.hostname)) {
    return {
      publicUrl: "This is an address of your own machine: GitHub cannot reach it. A tunnel can give it a public one.",
    };
  }
  if (url.protocol === "http:") {
    return {
      publicUrl: "Webhooks carry your repository's content: use https, with a reverse proxy in front of Rondo.",
    };
  }
  return {};
}

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;
