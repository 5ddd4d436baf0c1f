#!/usr/bin/env bash
# Builds the programs and images of the test cluster.
#   build.sh OUTPUT_DIR [control-plane | full | helm | kwok]...
# control-plane: etcd, kube-apiserver and kubectl in one binary.
# full (the default): also kube-controller-manager, kube-scheduler, kubelet, kube-proxy and
# coredns in that binary, the images that every node gets, and the Debian packages of a node.
# helm, kwok: those programs. They have modules of their own: kwok does not compile against
# the cluster's release, and helm would change the versions that the cluster is built from.
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
kubernetes=v1.34.4 # as in go.mod
helm=v3.19.5
kwok=v0.7.0

full_packages=(containerd runc containernetworking-plugins nftables iptables conntrack
  iproute2 procps openssl busybox-static gcc libc6-dev)

build_cluster() { # GO_BUILD_ARGUMENT...
  local minor=${kubernetes#v1.}
  local flags="-s -w"
  flags+=" -X k8s.io/component-base/version.gitVersion=$kubernetes"
  flags+=" -X k8s.io/component-base/version.gitMajor=1"
  flags+=" -X k8s.io/component-base/version.gitMinor=${minor%.*}"
  flags+=" -X k8s.io/client-go/pkg/version.gitVersion=$kubernetes"
  (cd "$here" && go build -trimpath -ldflags "$flags" -o "$out/testcluster" "$@" .)
}

link() { # PROGRAM...
  local program
  for program in "$@"; do ln -sf testcluster "$out/$program"; done
}

build_images() {
  local work
  work=$(mktemp -d)
  mkdir -p "$out/images" "$work/pause" "$work/busybox/bin" "$work/busybox/tmp"
  gcc -static -Os -s -o "$work/pause/pause" "$here/pause.c"
  "$here/image.sh" "$work/pause" localhost/pause:1 "$out/images/pause.tar" /pause
  gcc -static -Os -s -o "$work/busybox/bin/udp-echo" "$here/udp-echo.c"
  cp /bin/busybox "$work/busybox/bin/"
  chroot "$work/busybox" /bin/busybox --install -s /bin
  "$here/image.sh" "$work/busybox" localhost/busybox:1 "$out/images/busybox.tar" /bin/sh
  rm -r "$work"
}

build() { # WHAT
  case $1 in
    control-plane)
      "$here/../../scripts/setup/apt.sh" openssl
      build_cluster
      link etcd kube-apiserver kubectl
      ;;
    full)
      "$here/../../scripts/setup/apt.sh" "${full_packages[@]}"
      build_cluster -tags full
      link etcd kube-apiserver kubectl kube-controller-manager kube-scheduler kubelet kube-proxy coredns
      build_images
      ;;
    helm) go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$helm" ;;
    kwok) go install -trimpath -ldflags '-s -w' "sigs.k8s.io/kwok/cmd/kwok@$kwok" ;;
    *) usage ;;
  esac
}

usage() { sed -n '3,8s/^# \{0,1\}//p' "$here/build.sh" >&2; exit 2; }

(($#)) || usage
mkdir -p "$1"
out=$(realpath "$1")
shift
export CGO_ENABLED=0 GOBIN=$out
(($#)) || set -- full
for what in "$@"; do build "$what"; done
