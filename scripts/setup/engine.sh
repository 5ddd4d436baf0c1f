#!/usr/bin/env bash
# Says how to come by a Docker engine: prints `answers` where one does, `start` where scripts/engine.sh can start the distribution's
# (which this installs), and fails with the reason where neither is possible. PARLEY_ENGINE_OWN=true wants one of its own in any case.
set -euo pipefail
step=engine
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ -z ${PARLEY_ENGINE_OWN:-} ]] && has docker && timeout 10 docker version >/dev/null 2>&1; then
  say 'one answers'
  printf 'answers\n'
  exit 0
fi
[[ $(uname -s) == Linux ]] || die 'no Docker engine answers: start one'
((EUID == 0)) || die "no Docker engine answers, and only root can start the distribution's: start one, or let this user reach it"
[[ -n ${PARLEY_ENGINE_OWN:-} || -z ${DOCKER_HOST:-} ]] || die "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST"
{ has dockerd && has ip; } || "$root/scripts/setup/apt.sh" docker.io iproute2
has docker || "$root/scripts/setup/apt.sh" docker-cli
# A container on a kernel without them cannot start an engine of its own.
unshare --net --mount --pid --fork true 2>/dev/null || die 'no Docker engine answers, and this machine lets none be started (no namespaces)'
printf 'start\n'
