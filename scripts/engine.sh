#!/usr/bin/env bash
# Runs a command with a Docker engine: the one that answers here, else the distribution's own, started for the command and gone with it.
#   engine.sh COMMAND...
# What is started lives in namespaces of its own (network, mounts, processes): this machine's routes, rules and mounts stay as they
# are. It dies with this script, however that ends, with all that it ran; the command is told to end then. Its containers have no way
# out; their published ports answer on the address in TESTCONTAINERS_HOST_OVERRIDE. Images stay in the cache.
set -euo pipefail
step=engine
. "$(dirname "${BASH_SOURCE[0]}")/setup/lib.sh"
(($#)) || die 'engine.sh COMMAND...'

how=$("$root/scripts/setup/engine.sh")
[[ $how == start ]] || exec "$@"

start_timeout_s=30
stop_timeout_s=20

# Runs at the same time each take a place of their own: a number of this machine, with a store of images that is warm from the last time.
take_place() {
  local places=/run/parley-engine
  mkdir -p "$places"
  for number in {0..31}; do
    exec {lock}>"$places/$number.lock"
    if flock -n "$lock"; then
      run=$places/$number
      device=parley-engine$number
      rm -rf "$run"
      mkdir -m 700 "$run"
      return
    fi
    exec {lock}>&-
  done
  die '32 engines run on this machine'
}

# A pair of addresses out of 198.18.0.0/15, which no network routes (RFC 2544).
link() { # PID OF A PROCESS IN THE NAMESPACE
  local here=198.18.$number.1 there=198.18.$number.2
  drop_link # of one that was killed: the kernel takes its interface away late
  ip link add "$device" type veth peer name up0 netns "$1"
  ip address add "$here/30" dev "$device"
  ip link set "$device" up
  nsenter --net="/proc/$1/ns/net" sh -c "ip address add $there/30 dev up0 && ip link set up0 up && ip link set lo up"
  export TESTCONTAINERS_HOST_OVERRIDE=$there
}

drop_link() { ip link delete "$device" 2>/dev/null || true; }

child_of() { tr -d ' ' <"/proc/$1/task/$1/children"; }

start_engine() {
  setsid setpriv --pdeathsig KILL unshare --net --mount --pid --mount-proc --fork --kill-child \
    dockerd --data-root "$cache/engine/$number" --exec-root "$run/exec" --pidfile "$run/pid" --host "unix://$run/docker.sock" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$device" >"$run/log" 2>&1 {lock}>&- </dev/null &
  engine=$!
  export DOCKER_HOST=unix://$run/docker.sock TESTCONTAINERS_RYUK_DISABLED=true DOCKER_BUILDKIT=0
  local deadline=$((SECONDS + start_timeout_s))
  until docker version >/dev/null 2>&1; do
    kill -0 "$engine" 2>/dev/null || failed 'it ended'
    ((SECONDS < deadline)) || failed "no answer within $start_timeout_s s"
    sleep 0.1
  done
  link "$(child_of "$engine")"
  say 'started'
}

failed() {
  tail -n 20 "$run/log" >&2
  die "the distribution's engine did not start: $1"
}

# Containers that the command left are a fault of it, as processes would be.
left_containers() {
  local names
  names=$(timeout 10 docker ps --all --format '{{.Names}} ({{.Image}})' 2>/dev/null || true)
  [[ -n $names ]] || return 0
  say "containers were left: ${names//$'\n'/, }"
  ((status != 0)) || status=1
}

# Asked first, so that the store is whole and the control groups are removed. Images that newer ones have replaced go.
stop_engine() {
  [[ -n ${engine:-} ]] || return 0
  local containers deadline=$((SECONDS + stop_timeout_s))
  containers=$(timeout 10 docker ps --all --quiet 2>/dev/null || true)
  # shellcheck disable=SC2086
  [[ -z $containers ]] || timeout 10 docker rm --force --volumes $containers >/dev/null 2>&1 || true
  timeout 30 docker image prune --force >/dev/null 2>&1 || true
  kill "$(child_of "$engine")" 2>/dev/null || true
  while kill -0 "$engine" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
  kill -KILL "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  drop_link
  find /sys/fs/cgroup -depth -type d -path "*/$device*" -exec rmdir {} + 2>/dev/null || true
  rm -rf "$run"
}

take_place
trap stop_engine EXIT
start_engine

# A signal goes on to the command (as TERM: what bash runs in the background is deaf to INT), and the engine stays until that has ended.
command=''
trap '[[ -z $command ]] || kill "$command" 2>/dev/null || true' INT TERM HUP
setpriv --pdeathsig TERM -- "$@" {lock}>&- <&0 &
command=$!
status=0
wait "$command" || status=$?
while kill -0 "$command" 2>/dev/null; do
  status=0
  wait "$command" || status=$?
done
left_containers
exit "$status"
