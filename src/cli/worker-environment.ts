// The environment variables of a worker, for the help of `rondo worker` and `rondo serve`. .env.example says more on each.

export const WORKER_ENVIRONMENT: Readonly<Record<string, string>> = {
  APP_ID: "the GitHub App's id (required)",
  PRIVATE_KEY_PATH: "its private key as a .pem file (or PRIVATE_KEY: the text, or base64)",
  RONDO_DATA_DIR: "state files and run artifacts, default ./data; a local disk",
  RONDO_REVIEWERS: "comma list of reviewers, default static",
  RONDO_CONCURRENCY: "rounds at once, default: as many as CPU cores",
  OPENAI_API_KEY: "model key, for reviewers that need one",
  GITHUB_API_URL: "default https://api.github.com; https://HOST/api/v3 for GitHub Enterprise Server",
  GITHUB_SERVER_URL: "default https://github.com",
  HTTPS_PROXY: "proxy on the way to GitHub, http://host:port; NO_PROXY names exceptions",
  NODE_EXTRA_CA_CERTS: "PEM file with certificate authorities to trust besides the well-known ones",
  HOST: "address to listen on, default 127.0.0.1",
  LOG_LEVEL: "silent, error, warn, info or debug; default info",
};

/** The same for commands that change a pull request's state on the server. */
export const OPERATOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  RONDO_DATA_DIR: "where the server keeps its state files, default ./data",
  REDIS_URL: "the queue of web and workers; default: the Redis of a rondo serve on the same data",
};

/** The same for commands that print in colours. */
export const COLOUR_ENVIRONMENT: Readonly<Record<string, string>> = {
  NO_COLOR: "any value: no colours",
  FORCE_COLOR: "any value: colours also without a terminal; 0: none",
};
