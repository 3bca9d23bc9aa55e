// Shapes of keys and tokens that their issuers publish, for secrets that are not ours: a reviewer quotes code, and code
// holds keys. Every quantifier is bounded and none is nested, so that a text costs time linear in its length.

/** `hints`: one of these stands in every match, so most texts are never searched. `value` finds what is to be taken out. */
export type SecretPattern = { name: string; hints: readonly string[]; value: RegExp };

export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    // https://www.rfc-editor.org/rfc/rfc7468; base64 only, so that the text behind a key without its end stays.
    name: "private key",
    hints: ["PRIVATE KEY"],
    value:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\\nr>|"',*#/-]{0,16}[A-Za-z0-9+/=]{16,100}){1,400}(?:[\s\\nr>|"',*#/-]{0,16}[A-Za-z0-9+/=]{1,100}(?![A-Za-z]))?(?:[\s\\nr>|"',*#/]{0,16}-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  {
    // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
    // and, with an App's id and a JSON web token behind the prefix, https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header
    name: "GitHub token",
    hints: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    value: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9_.-]{20,1000}|github_pat_[A-Za-z0-9_]{20,255})/g,
  },
  {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    name: "AWS key id",
    hints: ["AKIA", "ASIA"],
    value: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  },
  {
    // https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
    name: "AWS secret key",
    hints: ["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "secretAccessKey"],
    value:
      /(?<=(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|secretAccessKey)["']?\s{0,3}[:=]\s{0,3}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  },
  {
    // https://platform.openai.com/docs/api-reference/authentication, https://platform.claude.com/docs/en/api/overview
    name: "API key",
    hints: ["sk-"],
    value: /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,300}/g,
  },
  // https://docs.stripe.com/keys
  { name: "Stripe key", hints: ["k_live_"], value: /(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{16,250}/g },
  // https://docs.slack.dev/authentication/tokens
  {
    name: "Slack token",
    hints: ["xox", "xapp-"],
    value: /(?<![A-Za-z0-9])(?:xox[abeoprs](?:\.xox[bp])?-|xapp-)[A-Za-z0-9-]{10,300}/g,
  },
  // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
  {
    name: "Slack webhook",
    hints: ["hooks.slack.com/"],
    value: /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{20,200}/g,
  },
  // https://docs.cloud.google.com/docs/authentication/api-keys
  { name: "Google key", hints: ["AIza"], value: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g },
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  {
    name: "GitLab token",
    hints: ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"],
    value: /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_.-]{20,300}/g,
  },
  // https://docs.npmjs.com/about-access-tokens, https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format
  { name: "npm token", hints: ["npm_"], value: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g },
  // https://docs.pypi.org/api/secrets/
  { name: "PyPI token", hints: ["pypi-AgE"], value: /(?<![A-Za-z0-9])pypi-AgE[A-Za-z0-9_-]{50,1000}/g },
  // https://huggingface.co/docs/hub/security-tokens
  { name: "Hugging Face token", hints: ["hf_"], value: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,100}(?![A-Za-z0-9_])/g },
  // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
  { name: "SendGrid key", hints: ["SG."], value: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g },
  // https://docs.digitalocean.com/reference/api/oauth/
  { name: "DigitalOcean token", hints: ["_v1_"], value: /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}/g },
  {
    // https://www.rfc-editor.org/rfc/rfc7519#section-3.1
    name: "JSON web token",
    hints: ["eyJ"],
    value: /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  {
    // https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2
    name: "authorization header",
    hints: ["uthorization", "UTHORIZATION"],
    value: /(?<=\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s{1,3})[A-Za-z0-9+/=._~-]{8,4000}/gi,
  },
  {
    // https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
    name: "password in address",
    hints: ["://"],
    value: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`<>|]{0,100}:)[^\s:/@"'`<>|]{3,200}(?=@)/gi,
  },
];
