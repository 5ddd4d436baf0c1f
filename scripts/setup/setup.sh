#!/usr/bin/env bash
# Makes this machine ready and prints, as shell `export` lines, where things are:
#   setup.sh demo    for `make demo`
#   setup.sh images  for `make images`
#   setup.sh test    for `make test`
#   setup.sh node    for what needs nothing but Node and the npm packages
# Idempotent; what is expensive stays in the cache (CONTRIBUTING.md). What a machine cannot have is a reason in
# PARLEY_MISSING (one `part: reason` a line) for tests, and the end of it for the rest.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
here=$root/scripts/setup
what=${1:-}
[[ $what == node || $what == demo || $what == images || $what == test ]] || die 'setup.sh node|demo|images|test'
missing=''

export_line() { printf 'export %s=%q\n' "$1" "$2"; }

# part NAME VARIABLE COMMAND...: the variable gets what the command prints.
part() {
  local name=$1 variable=$2 found reason
  shift 2
  reason=$(mktemp)
  if found=$(SETUP_REASON=$reason "$@"); then
    [[ -z $found ]] || export_line "$variable" "$found"
  elif [[ $what != test ]]; then
    exit 1
  else
    missing+="$name: $(head -n 1 "$reason")"$'\n'
  fi
  rm -f "$reason"
}

bin=$("$here/node.sh")
export PATH=$bin:$PATH
export_line PATH "$PATH"
[[ $what != node ]] || exit 0
part worker MEDIASOUP_WORKER_BIN "$here/worker.sh"
case $what in
  demo)
    part page PARLEY_WEB_DIR "$here/web.sh"
    part kubectl PARLEY_CONTROL_PLANE_BIN "$here/kubernetes.sh" --if-cached
    ;;
  images)
    part page PARLEY_WEB_DIR "$here/web.sh"
    has patchelf || "$here/apt.sh" patchelf
    ;;
  test)
    part redis PARLEY_REDIS_SERVER "$here/program.sh" redis
    part chromium PARLEY_CHROMIUM "$here/program.sh" chromium
    part turn PARLEY_TURN_SERVER "$here/program.sh" turn
    part engine PARLEY_ENGINE "$here/engine.sh"
    has patchelf || "$here/apt.sh" patchelf || true
    part 'control plane' PARLEY_CONTROL_PLANE_BIN "$here/kubernetes.sh"
    part helm PARLEY_HELM "$here/helm.sh"
    part definitions PARLEY_FOREIGN_DEFINITIONS "$here/definitions.sh"
    [[ -n ${PARLEY_E2E_KUBECONFIG:-} ]] || part cluster PARLEY_CLUSTER_IMAGES "$here/cluster.sh"
    [[ -z $missing ]] || export_line PARLEY_MISSING "$missing"
    ;;
esac
