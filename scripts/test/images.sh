#!/usr/bin/env bash
# For the layer `cluster`: builds the images of this checkout, and a Redis and a coturn for the chart where none can be pulled; the last line of its output is
# their tars, with colons between them. Nothing is built for a cluster of one's own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ -n ${PARLEY_E2E_KUBECONFIG:-} ]]; then
  echo
  exit 0
fi
redis=$(scripts/setup/distributionImage.sh redis -- redis-server)
turn=$(scripts/setup/distributionImage.sh turn -- coturn)
tars=$(REGISTRY='' TAG='' OUT=.parley/images scripts/images.sh | tail -n 1)
printf '%s:%s:%s\n' "$tars" "$redis" "$turn"
