#!/usr/bin/env bash
# Prints where helm is: PARLEY_HELM, else the cache, else built from Go modules (e2e/cluster/helm).
set -euo pipefail
step=helm
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup/goBuild.sh"

if [[ -n ${PARLEY_HELM:-} ]]; then
  "$PARLEY_HELM" version --short 2>/dev/null | grep -q '^v3\.' || die "PARLEY_HELM=$PARLEY_HELM is no Helm 3 that runs here"
  printf '%s\n' "$PARLEY_HELM"
  exit 0
fi

folder=$cache/helm/$(content_key e2e/cluster/helm)-$machine
if [[ -d $folder ]]; then
  say 'cached'
else
  say 'building it (about 2 minutes, once)'
  locked go-build go_build helm "$folder"
  say 'ready'
fi
printf '%s\n' "$folder/helm"
