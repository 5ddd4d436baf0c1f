#!/usr/bin/env bash
# Runs a command where the engine has the images that tests start as containers, under the names in these variables. What cannot be had
# is a reason in PARLEY_MISSING.
#   testImages.sh COMMAND...
set -euo pipefail
step='images for tests'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

pull_timeout_s=120

# image VARIABLE NAME UPSTREAM PACKAGE...: upstream's where its registry answers, else one made of the distribution's packages.
image() {
  local variable=$1 name=$2 upstream=$3 found tar reason
  shift 3
  reason=$(mktemp)
  if docker image inspect "$upstream" >/dev/null 2>&1 || timeout "$pull_timeout_s" docker pull --quiet "$upstream" >/dev/null 2>&1; then
    found=$upstream
  elif tar=$(SETUP_REASON=$reason "$root/scripts/setup/distributionImage.sh" "$name" -- "$@"); then
    found=localhost/$(basename "$tar" .tar | sed 's/-\([0-9a-f]*\)$/:\1/')
    docker image inspect "$found" >/dev/null 2>&1 || docker load --quiet --input "$tar" >/dev/null
    # Nor can Testcontainers' own helper be pulled then.
    export TESTCONTAINERS_RYUK_DISABLED=true
  else
    PARLEY_MISSING+="${PARLEY_MISSING:+$'\n'}$name image: $(head -n 1 "$reason")"
    export PARLEY_MISSING
  fi
  rm -f "$reason"
  [[ -z ${found:-} ]] || export "$variable=$found"
}

image PARLEY_REDIS_IMAGE redis redis:7 redis-server

exec "$@"
