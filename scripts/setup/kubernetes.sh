#!/usr/bin/env bash
# Prints a folder with etcd, kube-apiserver and kubectl: PARLEY_CONTROL_PLANE_BIN, else the cache, else built from Go
# modules (e2e/cluster). What is built also holds all other programs of a cluster.
# `kubernetes.sh --if-cached` prints nothing where it would have to build.
set -euo pipefail
step='control plane'
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup/goBuild.sh"

complete() { [[ -x $1/etcd && -x $1/kube-apiserver && -x $1/kubectl ]]; }

if [[ -n ${PARLEY_CONTROL_PLANE_BIN:-} ]]; then
  complete "$PARLEY_CONTROL_PLANE_BIN" || die "PARLEY_CONTROL_PLANE_BIN=$PARLEY_CONTROL_PLANE_BIN lacks one of etcd, kube-apiserver, kubectl"
  say "as PARLEY_CONTROL_PLANE_BIN says"
  printf '%s\n' "$PARLEY_CONTROL_PLANE_BIN"
  exit 0
fi

folder=$cache/kubernetes/$(content_key e2e/cluster/{go.mod,go.sum,main.go,controlplane.go,node.go})-$machine

if complete "$folder"; then
  say 'cached'
elif [[ ${1:-} == --if-cached ]]; then
  exit 0
else
  say 'building Kubernetes and etcd (about 8 minutes, once)'
  locked go-build go_build kubernetes "$folder"
  say 'ready'
fi
printf '%s\n' "$folder"
