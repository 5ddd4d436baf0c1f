#!/usr/bin/env bash
# Prints a mediasoup-worker that runs here: MEDIASOUP_WORKER_BIN, else the cache, else upstream's prebuilt one,
# else built from the npm package's own source (scripts/worker). Needs the npm packages and Node 24 first in PATH.
# MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD=1 builds at once.
set -euo pipefail
step=worker
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

download_timeout_s=60

# Without the version that its library gives it, a worker that can run at all ends with 41 (its main.cpp).
runs() {
  local status=0
  env -i "$1" >/dev/null 2>&1 || status=$?
  ((status == 41))
}

if [[ -n ${MEDIASOUP_WORKER_BIN:-} ]]; then
  runs "$MEDIASOUP_WORKER_BIN" || die "MEDIASOUP_WORKER_BIN=$MEDIASOUP_WORKER_BIN does not run here"
  say "as MEDIASOUP_WORKER_BIN says"
  printf '%s\n' "$MEDIASOUP_WORKER_BIN"
  exit 0
fi

package=$root/node_modules/mediasoup
version=$(sed -n 's/^[[:space:]]*"version": "\(.*\)",$/\1/p' "$package/package.json" | head -n 1)
[[ -n $version ]] || die "no version in $package/package.json"
folder=$cache/worker/$version-$(content_key scripts/worker)-$machine
worker=$folder/mediasoup-worker

# The package's own script, on a copy. PYTHON=false ends it where it would go on to build with downloads.
fetch() { # COPY
  cp -R "$package" "$1"
  ln -s "$root/node_modules" "$1/node_modules"
  (cd "$1" && PYTHON=false timeout "$download_timeout_s" node npm-scripts.mjs postinstall) >"$1/fetch.log" 2>&1 &&
    runs "$1/worker/out/Release/mediasoup-worker"
}

make_worker() {
  [[ -x $worker ]] && runs "$worker" && return
  make_scratch "$folder"
  if [[ -z ${MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD:-} ]] && fetch "$work/package"; then
    say "fetched upstream's prebuilt $version"
    mv "$work/package/worker/out/Release/mediasoup-worker" "$work/worker"
  else
    say "upstream's prebuilt one cannot be had: building $version from source (5 to 10 minutes, once)"
    quietly "$root/scripts/worker/build.sh" "$package" "$work/worker" || die 'the build failed'
    runs "$work/worker" || die 'the built worker does not run'
  fi
  mv "$work/worker" "$worker"
}

if [[ -x $worker ]] && runs "$worker"; then
  say "$version, cached"
else
  locked worker make_worker
  say "$version, ready"
fi
printf '%s\n' "$worker"
