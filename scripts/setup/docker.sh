#!/usr/bin/env bash
# Prints `yes` where a Docker engine answers and has, or can pull, the image that tests start; nothing else, and never fails.
set -euo pipefail
step=docker
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

image=redis:7
if ! has docker || ! timeout 5 docker version >/dev/null 2>&1; then
  say "no engine answers; tests start the distribution's redis-server"
elif docker image inspect "$image" >/dev/null 2>&1 || timeout 120 docker pull -q "$image" >/dev/null 2>&1; then
  say 'an engine answers'
  echo yes
else
  say "an engine answers but cannot pull $image; tests start the distribution's redis-server"
fi
