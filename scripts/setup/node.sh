#!/usr/bin/env bash
# The npm packages that package-lock.json names, and Node 24: prints the folder to put first in PATH.
# Where the system's Node is older, npm brings one (optional dependency node-linux-*) into node_modules/.bin.
set -euo pipefail
step=node
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

stamp=node_modules/.parley-lock
wanted=$(sha256sum package-lock.json package.json .npmrc | sha256sum | cut -c1-16)

fresh() { [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; }

# After an `npm install` by hand the folder is as the lock file says, though nobody stamped it.
complete() { [[ -d node_modules ]] && npm ls --all >/dev/null 2>&1; }

bring_packages() {
  fresh && return
  if ! has npm || ! has node; then "$root/scripts/setup/apt.sh" nodejs npm; fi
  if ! complete; then
    say 'installing the npm packages (half a minute)'
    # No package needs its install script; older npm does not know the setting in .npmrc that refuses them.
    quietly npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || die 'npm ci failed'
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

fresh || locked "npm-$(content_key package.json)" bring_packages

PATH=$root/node_modules/.bin:$PATH
version=$(node --version 2>/dev/null || true)
major=${version#v}
[[ ${major%%.*} -ge 24 ]] || die "Node 24 or newer is needed, found ${version:-none}; npm has none for $(uname -sm)"
say "Node ${version#v}"
printf '%s\n' "$root/node_modules/.bin"
