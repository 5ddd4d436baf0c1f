#!/usr/bin/env bash
# Prints the folder of the built meeting page, building it where its sources changed. Needs the npm packages.
set -euo pipefail
step='meeting page'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

sources=(signaling/web signaling/client signaling/api sfu/api kit package-lock.json)
folder=$cache/web/$(content_key "${sources[@]}")

build() {
  [[ ! -f $folder/index.html ]] || return 0
  say 'building'
  make_scratch "$cache/web"
  quietly node_modules/.bin/vite build signaling/web --outDir "$work/page" --emptyOutDir || die 'the build failed'
  mv "$work/page" "$folder"
}

if [[ -f $folder/index.html ]]; then
  say 'cached'
else
  locked web build
  say 'ready'
fi
printf '%s\n' "$folder"
