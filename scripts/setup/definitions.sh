#!/usr/bin/env bash
# Prints a folder with the definitions of other projects' custom resources that the chart renders: PARLEY_FOREIGN_DEFINITIONS, else the cache,
# else taken out of their Go modules (e2e/cluster/definitions).
set -euo pipefail
step=definitions
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup/goBuild.sh"

if [[ -n ${PARLEY_FOREIGN_DEFINITIONS:-} ]]; then
  [[ -d $PARLEY_FOREIGN_DEFINITIONS ]] || die "PARLEY_FOREIGN_DEFINITIONS=$PARLEY_FOREIGN_DEFINITIONS is no folder"
  printf '%s\n' "$PARLEY_FOREIGN_DEFINITIONS"
  exit 0
fi

folder=$cache/definitions/$(content_key e2e/cluster/definitions e2e/cluster/build.sh)
if [[ -d $folder ]]; then
  say 'cached'
else
  say 'fetching them'
  locked go-build go_build definitions "$folder"
  say 'ready'
fi
printf '%s\n' "$folder"
