#!/usr/bin/env bash
# Builds the image and runs it, on a machine without Docker and without a registry: buildah and podman are Debian
# packages, and the base image that the Dockerfile names is made here from Debian packages and npm's Node 24, under the
# same name. Then: is the image what docs/container.md says, and does a pull request get READY in it?
#
#   bash scripts/check-container.sh [--keep]
#
# Needs Linux, root and apt-get; installs buildah, podman, runc and mmdebstrap when they are missing. Where it may not or
# cannot, it says SKIPPED with the reason as its last line and ends with 0. --keep leaves the image, the layers and the
# base behind for a quicker next time (in .rondo/container, about 2 GB). Needs about 5 minutes, 2 with --keep.
set -uo pipefail
cd "$(dirname "$0")/.."

NODE_24=24.21.0
NPM_11=11.19.1
BASE=docker.io/library/node:24-bookworm-slim
IMAGE=localhost/rondo:check
TOOLS=(buildah podman runc mmdebstrap)
keep=no
for argument in "$@"; do
  case $argument in
    --keep) keep=yes ;;
    *) echo "usage: bash scripts/check-container.sh [--keep]" >&2 && exit 2 ;;
  esac
done

work=$PWD/.rondo/container
scratch=$(mktemp -d)
passed=0
failed=0
figures=()

leave() {
  if [ -d "$work/storage" ] && command -v podman >/dev/null; then
    "${podman[@]}" rm -af >/dev/null 2>&1
    # What a killed run may have left mounted.
    awk -v root="$work/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
  fi
  rm -rf "$scratch"
  [ "$keep" = yes ] || rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM

section() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

skip() {
  printf '\n%s\n' "$@" >&2
  echo "SKIPPED: the container was not checked: $1"
  exit 0
}

# expect TITLE COMMAND...: one check; its output is shown only when it fails.
expect() {
  local title=$1
  shift
  if "$@" >"$scratch/out" 2>&1; then
    echo "ok: $title"
    passed=$((passed + 1))
  else
    echo "NOT OK: $title"
    tail -n 200 "$scratch/out"
    failed=$((failed + 1))
  fi
}

# quietly COMMAND...: a step of the preparation; its output is kept for the reason.
quietly() {
  "$@" >"$scratch/out" 2>&1 || { tail -n 15 "$scratch/out"; return 1; }
}

install_tools() {
  local missing=()
  for tool in "${TOOLS[@]}"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ "${#missing[@]}" -eq 0 ] && return 0
  command -v apt-get >/dev/null || skip "${missing[*]} missing, and no apt-get to install them."
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update -qq
  quietly apt-get install -y -qq --no-install-recommends "${missing[@]}" || skip "apt-get could not install ${missing[*]}."
}

# Stores on an overlay file system (a container in a container) need the slow driver.
choose_engine() {
  mkdir -p "$work/storage" "$work/run"
  local driver=overlay
  case $(stat -f -c %T "$work") in overlayfs | tmpfs) driver=vfs ;; esac
  local store=(--root "$work/storage" --runroot "$work/run" --storage-driver "$driver")
  printf 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n' >"$work/registries.conf"
  export CONTAINERS_REGISTRIES_CONF=$work/registries.conf
  buildah=(buildah "${store[@]}")
  podman=(podman "${store[@]}" --cgroup-manager cgroupfs --runtime runc)
}

# The base image, as close to the real one as Debian packages get: no documents, no translations, user node with id 1000.
make_base() {
  "${buildah[@]}" inspect --type image "$BASE" >/dev/null 2>&1 && return 0
  local folder=$scratch/base arch
  case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) skip "there is no Node 24 package for $(uname -m)." ;; esac
  mkdir -p "$folder/usr/local/bin" "$folder/usr/local/lib/node_modules"
  quietly mmdebstrap --variant=minbase --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    bookworm "$folder/rootfs.tar" || skip "mmdebstrap could not make a base system."
  quietly npm install --prefix "$scratch/npm" --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
    "node-linux-$arch@$NODE_24" "npm@$NPM_11" || skip "Node $NODE_24 could not be fetched."
  cp "$scratch/npm/node_modules/node-linux-$arch/bin/node" "$folder/usr/local/bin/"
  cp -r "$scratch/npm/node_modules/npm" "$folder/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/usr/local/bin/npx"
  # Only here: a machine behind a proxy that opens TLS has authorities of its own.
  cp "${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}" "$folder/authorities.pem" || : >"$folder/authorities.pem"
  cat >"$folder/Containerfile" <<'END'
FROM scratch
ADD rootfs.tar /
COPY usr/local /usr/local
COPY authorities.pem /usr/local/share/authorities-of-the-building-machine.pem
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/authorities-of-the-building-machine.pem
CMD ["node"]
END
  quietly "${buildah[@]}" bud --isolation chroot --pull-never --format docker -t "$BASE" -f "$folder/Containerfile" "$folder" ||
    skip "buildah could not make the base image here."
}

build_image() {
  timeout 15m "${buildah[@]}" bud --layers --isolation chroot --network host --format docker --pull=false -t "$IMAGE" .
}

# in_image OPTIONS... -- COMMAND...: runs a command in a new container with everything that is taken away in production.
in_image() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  timeout 120 "${podman[@]}" run --rm --network host --no-healthcheck --log-driver k8s-file \
    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
    --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges "${options[@]}" "$IMAGE" "$@"
}

shell_says() { [ "$(in_image --entrypoint sh -- -c "$2" 2>&1)" = "$1" ] || { in_image --entrypoint sh -- -c "$2" && false; }; }

refuses_to_write() { in_image --entrypoint sh -- -c "! touch $1/x 2>&1" | tee /dev/stderr | grep -q 'Read-only file system'; }

# No key, no .env, no git folder, no test: neither in the file system nor in the image's own settings.
holds_no_secret() {
  in_image --entrypoint sh -- -c '
    found=$(find / -xdev \( -name ".env*" -o -name "*.pem" -o -name "*.key" -o -name .git -o -name .npmrc \) \
      -not -path "/etc/ssl/*" -not -path "/usr/lib/ssl/*" -not -path "/usr/local/share/authorities-*" -not -path "/usr/share/ca-certificates/*" 2>/dev/null)
    [ -z "$found" ] || { echo "$found"; exit 1; }
    ! grep -rlE "BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----[A-Za-z0-9+/]{20}" /app --include="*.json" --include="*.yml" --include="*.env"' &&
    ! "${podman[@]}" inspect --format '{{.Config.Env}}' "$IMAGE" | grep -E 'SECRET|PRIVATE|API_KEY|REDIS_URL'
}

# The health check alone: it fails where nothing listens, and says so.
health_check_fails() { ! in_image -e PORT=1 --entrypoint node -- /app/container-health.mjs; }

demo_is_ready() {
  in_image -- demo --once | tee "$scratch/demo" | tail -n 1 | grep -q '"ok":true.*"state":"READY"' || { cat "$scratch/demo"; return 1; }
}

# The loop must not depend on a user named in /etc/passwd: platforms choose ids of their own.
any_user_works() { in_image --user 12345:0 --tmpfs /data:mode=1777 -- demo --once | tail -n 1 | grep -q '"ok":true'; }

wrong_settings_are_told() {
  local code=0
  in_image -- worker >"$scratch/worker" 2>&1 || code=$?
  cat "$scratch/worker"
  [ "$code" -eq 78 ] && grep -q 'REDIS_URL is not set' "$scratch/worker"
}

# Without an App yet: it comes up all the same, says what to do, and stops as it should.
starts_without_settings() {
  local port=$((20000 + RANDOM % 20000)) name=rondo-check-first-$$ code=0
  "${podman[@]}" run -d --name "$name" --network host --no-healthcheck --log-driver k8s-file \
    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
    --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
    -e HOST=127.0.0.1 -e "PORT=$port" "$IMAGE" || return 1
  for _ in $(seq 150); do
    "${podman[@]}" exec "$name" node /app/container-health.mjs >/dev/null 2>&1 && break
    sleep 0.2
  done
  "${podman[@]}" exec "$name" node /app/container-health.mjs || code=1
  "${podman[@]}" stop -t 10 "$name" && "${podman[@]}" logs "$name"
  [ "$("${podman[@]}" inspect --format '{{.State.ExitCode}}' "$name")" = 0 ] || code=1
  "${podman[@]}" rm -f -v "$name"
  return "$code"
}

story() {
  timeout 300 node scripts/container-story.mjs "$1" "$IMAGE" "${podman[@]}" | tee "$scratch/story" || { cat "$scratch/story"; return 1; }
  figures+=("$(tail -n 1 "$scratch/story")")
}

show_size() {
  "${podman[@]}" image inspect --format '{{.Size}}' "$IMAGE" | awk '{ printf "image: %.0f MB unpacked", $1 / 1e6 }'
  "${podman[@]}" image inspect --format '{{.Size}}' "$BASE" | awk '{ printf ", %.0f MB of it the base image\n", $1 / 1e6 }'
  in_image --entrypoint sh -- -c '
    size() { du -cskx "$@" 2>/dev/null | tail -n 1 | cut -f 1; }
    echo "$(size /usr/local/bin/node) the Node binary (base)"
    echo "$(size /app/node_modules) packages"
    echo "$(size /app/dist) Rondo itself"
    dpkg-query -Wf "\${Installed-Size} \${Package}\n" | grep -E " (git|perl.*|libperl.*|redis-tools|tini)$" | sed "s/$/ (Debian package)/"
    du -sk /app/node_modules/* | sort -rn | head -n 5 | sed "s|/app/node_modules/||; s/$/ (npm packages)/" | tr "\t" " "' |
    sort -rn | awk '{ kb = $1; $1 = ""; printf "  %6.1f MB %s\n", kb / 1000, $0 }'
}

section "Tools"
[ "$(uname -s)" = Linux ] || skip "this is not Linux."
[ "$(id -u)" -eq 0 ] || skip "this needs root (containers are made without a daemon)."
unshare --mount true 2>/dev/null || skip "this machine does not let root mount anything, which every container needs."
install_tools
choose_engine
node scripts/setup.mjs packages && node scripts/build.mjs || exit 1
section "Base image"
make_base
section "Build"
if ! quietly build_image; then
  echo "NOT OK: the image builds"
  echo "0 passed, 1 failed"
  exit 1
fi
grep -E '^Packages:' "$scratch/out"
echo "ok: the image builds"
passed=$((passed + 1))

section "Image"
expect "it answers --version" shell_says "$(node -p 'require("./package.json").version')" 'rondo --version'
expect "it runs as user 1000" shell_says "1000:1000" 'echo "$(id -u):$(id -g)"'
expect "Node is version 24, and tini is the first process" shell_says "v24 tini" 'echo "$(node --version | cut -d. -f1) $(basename "$(command -v tini)")"'
expect "git and redis-server are inside" shell_says "2" 'for tool in git redis-server; do $tool --version >/dev/null && echo x; done | wc -l'
expect "the program cannot be changed" refuses_to_write /app
expect "the data folder belongs to user 1000 alone" shell_says "1000 700" 'stat -c "%u %a" /data'
expect "no development packages, no sources" shell_says "" 'cd /app && ls -d src tests node_modules/typescript node_modules/vitest node_modules/oxlint-tsgolint 2>/dev/null'
expect "no secret inside" holds_no_secret
expect "the health check fails where nothing listens" health_check_fails
expect "missing settings are named, exit code 78" wrong_settings_are_told

expect "without settings it comes up and says how to create the App" starts_without_settings

section "Stories"
expect "rondo demo in one container" demo_is_ready
expect "the same under a user id that nobody knows" any_user_works
expect "compose.serve.yaml: one container" story compose.serve.yaml
expect "compose.yaml: web, two workers and Redis, one worker killed in the middle of a round" story compose.yaml

section "Figures"
show_size
printf '%s\n' "${figures[@]}"
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
