#!/usr/bin/env bash
# Makes what tests need from Go modules.
#   build.sh FOLDER kubernetes    every program of a cluster, in one binary with a link for each
#   build.sh FOLDER helm          has a module of its own: it would change the versions that the cluster is built from
#   build.sh FOLDER definitions   the definitions of other projects' custom resources that the chart renders
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
usage() { sed -n '3,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

# version MODULE: as the go.mod in this folder names it.
version() { sed -n "s|^\t*$1 \(v[^ ]*\).*|\1|p" go.mod | head -n 1; }

build_kubernetes() {
  cd "$here"
  local program release minor flags='-s -w'
  release=$(version k8s.io/kubernetes)
  minor=${release#v1.}
  flags+=" -X k8s.io/component-base/version.gitVersion=$release"
  flags+=" -X k8s.io/component-base/version.gitMajor=1"
  flags+=" -X k8s.io/component-base/version.gitMinor=${minor%.*}"
  flags+=" -X k8s.io/client-go/pkg/version.gitVersion=$release"
  go build -trimpath -ldflags "$flags" -o "$out/testcluster" .
  for program in etcd kube-apiserver kubectl kube-controller-manager kube-scheduler kubelet kube-proxy coredns; do
    ln -sf testcluster "$out/$program"
  done
}

build_helm() {
  cd "$here/helm"
  local release
  release=$(version helm.sh/helm/v3)
  go build -trimpath -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$release" -o "$out/helm" helm.sh/helm/v3/cmd/helm
}

# definition MODULE FILE: one file of a module, as go.sum has it.
definition() {
  local folder
  folder=$(go mod download -json "$1@$(version "$1")" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  [[ $folder ]] || { echo "no module $1" >&2; exit 1; }
  cp "$folder/$2" "$out"
}

build_definitions() {
  cd "$here/definitions"
  definition sigs.k8s.io/gateway-api config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
  definition github.com/cert-manager/cert-manager deploy/crds/cert-manager.io_certificates.yaml
  local kind monitors=example/prometheus-operator-crd
  for kind in servicemonitors podmonitors; do
    definition github.com/prometheus-operator/prometheus-operator "$monitors/monitoring.coreos.com_$kind.yaml"
  done
}

(($# == 2)) || usage
mkdir -p "$1"
out=$(realpath "$1")
export CGO_ENABLED=0
case $2 in
  kubernetes) build_kubernetes ;;
  helm) build_helm ;;
  definitions) build_definitions ;;
  *) usage ;;
esac
