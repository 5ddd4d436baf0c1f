#!/usr/bin/env bash
# Says whether tests can start Redis as a container; where they can, the image is pulled before the tests' own timeouts run.
set -euo pipefail
step=docker
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

image=redis:7
if ! has docker || ! timeout 5 docker version >/dev/null 2>&1; then
  say "no engine answers; tests start the distribution's redis-server"
elif docker image inspect "$image" >/dev/null 2>&1 || timeout 120 docker pull -q "$image" >/dev/null 2>&1; then
  say 'an engine answers'
else
  say "an engine answers but cannot pull $image; tests start the distribution's redis-server"
fi
