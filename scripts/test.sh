#!/usr/bin/env bash
# Sets up what the tests need, then becomes their runner. Layers that need nothing but Node do not wait for the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=test
case ,${ONLY:-}, in
  ,,|*,chart,*|*,integration,*|*,e2e,*|*,images,*|*,cluster,*) ;;
  *) what=node ;;
esac
found=$(scripts/setup/setup.sh "$what")
eval "$found"
run=(node scripts/test.ts)
# Where containers can run, Redis is one.
if [[ $what == test && -n ${PARLEY_ENGINE:-} ]]; then run=(scripts/engine.sh scripts/setup/testImages.sh "${run[@]}"); fi
exec "${run[@]}"
