# The image of Rondo: one program for `serve`, `web` and `worker`, with the git and the Redis it needs and nothing for
# development. Two stages: what compiles stays behind. docs/container.md is for whoever builds or runs it;
# scripts/check-container.sh builds it and tells the whole story of a pull request with it.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# What names the packages comes first: they stay in the cache until one of these files changes.
COPY package.json package-lock.json .npmrc ./
COPY scripts/setup.mjs scripts/
RUN node scripts/setup.mjs packages
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/container-packages.mjs scripts/
COPY src src
COPY workers workers
COPY double double
RUN node scripts/build.mjs && node scripts/container-packages.mjs && chmod 0755 dist/src/cli/main.js

# The reviewer codex, 404 MB unpacked: `--build-arg CODEX=none` leaves it out, and its reviews with it. Its version stands in
# one place of the sources. Kept in a stage of its own, so that a change of Rondo does not fetch it again.
FROM node:24-bookworm-slim AS codex
ARG CODEX=install
COPY src/reviewers/codex/find-codex.ts /tmp/
RUN mkdir -p /opt/codex \
  && if [ "$CODEX" = install ]; then \
    version=$(sed -n 's/^export const CODEX_VERSION = "\(.*\)";$/\1/p' /tmp/find-codex.ts) \
    && npm install --prefix /opt/codex --ignore-scripts --no-audit --no-fund --loglevel=error "@openai/codex@$version"; \
  fi

FROM node:24-bookworm-slim
# bubblewrap: the sandbox around codex. ca-certificates: git trusts the system's authorities. tini: a first process that passes signals on and reaps orphans.
RUN apt-get update \
  && apt-get install -y --no-install-recommends bubblewrap ca-certificates git redis-server tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /etc/redis \
  && mkdir -m 0700 /data && chown 1000:1000 /data \
  && ln -s /app/dist/src/cli/main.js /usr/local/bin/rondo
WORKDIR /app
# Everything below belongs to root: the process cannot change its own program, even without a read-only file system.
COPY package.json app.yml LICENSE scripts/container-health.mjs ./
COPY --from=codex /opt/codex /opt/codex
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist

# One port for every role: containers do not share one, and HEALTHCHECK finds it without knowing the role.
ENV PATH="$PATH:/opt/codex/node_modules/.bin"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 RONDO_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/container-health.mjs"]
ENTRYPOINT ["tini", "--", "rondo"]
CMD ["serve"]

ARG REVISION=unknown
LABEL org.opencontainers.image.title="Rondo" \
  org.opencontainers.image.description="Takes a pull request through review rounds until it is READY for a human to merge." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.revision="$REVISION"
