#!/usr/bin/env bash
# A benchmark and what it needs: `npm run bench -- NAME [--json]`. The one on a cluster needs what the tests on a cluster need.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=node
[[ ${1:-} != cluster ]] || what=test
found=$(scripts/setup/setup.sh "$what")
eval "$found"
if [[ $what == test ]]; then
  PARLEY_IMAGES=$(scripts/test/images.sh | tail -n 1)
  export PARLEY_IMAGES
fi
exec node bench/main.ts "$@"
