#!/usr/bin/env bash
# Prints where a program of the distribution is, installing its packages first where it is missing.
#   program.sh redis | chromium | turn
# PARLEY_REDIS_SERVER, PARLEY_CHROMIUM and PARLEY_TURN_SERVER name one to use instead.
set -euo pipefail
step=$1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case $1 in
  redis) wish=${PARLEY_REDIS_SERVER:-} names=(redis-server) packages=(redis-server) ;;
  chromium)
    wish=${PARLEY_CHROMIUM:-}
    names=(chromium chromium-browser google-chrome-stable google-chrome)
    packages=(chromium fonts-liberation)
    ;;
  turn) wish=${PARLEY_TURN_SERVER:-} names=(turnserver) packages=(coturn) ;;
  *) die 'redis, chromium or turn' ;;
esac

# The first program that runs: on Ubuntu `chromium-browser` may be a script that only asks for a snap.
working() { # PROGRAM...
  local program path
  for program in "$@"; do
    path=$(command -v "$program" 2>/dev/null) || continue
    timeout 20 "$path" --version >/dev/null 2>&1 </dev/null || continue
    printf '%s\n' "$path"
    return
  done
  return 1
}

if [[ -n $wish ]]; then
  working "$wish" || die "$wish does not run here"
  exit 0
fi
working "${names[@]}" && exit 0
"$root/scripts/setup/apt.sh" "${packages[@]}" || die "there is no ${names[0]} and ${packages[*]} could not be installed"
working "${names[@]}" || die "${packages[*]} brought no ${names[0]} that runs"
say 'installed'
