#!/usr/bin/env bash
# Prints a folder with etcd, kube-apiserver and kubectl: PARLEY_CONTROL_PLANE_BIN, else the cache, else built from Go
# modules (e2e/cluster). `controlPlane.sh --if-cached` prints nothing where it would have to build.
set -euo pipefail
step='control plane'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

complete() { [[ -x $1/etcd && -x $1/kube-apiserver && -x $1/kubectl ]]; }

if [[ -n ${PARLEY_CONTROL_PLANE_BIN:-} ]]; then
  complete "$PARLEY_CONTROL_PLANE_BIN" || die "PARLEY_CONTROL_PLANE_BIN=$PARLEY_CONTROL_PLANE_BIN lacks one of etcd, kube-apiserver, kubectl"
  say "as PARLEY_CONTROL_PLANE_BIN says"
  printf '%s\n' "$PARLEY_CONTROL_PLANE_BIN"
  exit 0
fi

# e2e/cluster/cluster.sh makes its certificates with it.
has openssl || "$root/scripts/setup/apt.sh" openssl

inputs=(e2e/cluster/{go.mod,go.sum,main.go,controlplane.go,build.sh})
folder=$cache/control-plane/$(content_key "${inputs[@]}")-$machine

build() {
  ! complete "$folder" || return 0
  local go
  go=$("$root/scripts/setup/go.sh")
  say 'building etcd, kube-apiserver and kubectl (about 8 minutes, once)'
  make_scratch "$cache/control-plane"
  PATH=$(dirname "$go"):$PATH GOTOOLCHAIN=local quietly "$root/e2e/cluster/build.sh" "$work/bin" control-plane ||
    die 'the build failed'
  rm -rf "$folder"
  mv "$work/bin" "$folder"
}

if complete "$folder"; then
  say 'cached'
elif [[ ${1:-} == --if-cached ]]; then
  exit 0
else
  locked control-plane build
  say 'ready'
fi
printf '%s\n' "$folder"
