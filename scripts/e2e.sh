#!/usr/bin/env bash
# The end to end tests: the demo's, and those of the chart on a cluster of several nodes that they start on this machine.
#   npm run e2e                                                    both
#   npm run e2e -- --kubeconfig FILE [--registry REGISTRY/FOLDER]  the cluster's part, on a cluster of your own
# The images have to be in that registry, or, without one, on its nodes (docs/images.md). Tests that break the cluster itself are skipped there, by name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
usage() { sed -n '3,4s/^# \{0,1\}//p' scripts/e2e.sh >&2; exit 2; }

export ONLY=e2e,cluster
while (($#)); do
  [[ $# -ge 2 ]] || usage
  case $1 in
    --kubeconfig)
      [[ -r $2 ]] || { echo "--kubeconfig: $2 cannot be read" >&2; exit 2; }
      PARLEY_E2E_KUBECONFIG=$(realpath "$2")
      export PARLEY_E2E_KUBECONFIG ONLY=cluster
      ;;
    --registry) export PARLEY_E2E_REGISTRY=$2 ;;
    *) usage ;;
  esac
  shift 2
done
exec scripts/test.sh
