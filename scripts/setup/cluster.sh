#!/usr/bin/env bash
# Makes this machine ready for a cluster of several nodes (e2e/cluster/cluster.sh) and prints the folder of the images that
# every node gets. The programs are what kubernetes.sh built, which has to run before.
set -euo pipefail
step=cluster
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
way_out='give a cluster of your own, of kind for instance: npm run e2e -- --kubeconfig FILE'

((EUID == 0)) || die "nodes need root; run as root, or $way_out"
"$root/e2e/cluster/cluster.sh" check-machine 2>/dev/null ||
  die "$("$root/e2e/cluster/cluster.sh" check-machine 2>&1 | sed 's/^error: //'); $way_out"
programs=$("$root/scripts/setup/kubernetes.sh" --if-cached 2>/dev/null)
[[ -n $programs ]] || die 'there is no Kubernetes to start'
[[ -x $programs/kubelet ]] || die "PARLEY_CONTROL_PLANE_BIN=$programs has no kubelet; leave it out, or $way_out"

# Asked for by program, since a machine that has Docker has containerd and runc in packages of other names.
packages=(containernetworking-plugins)
needs() { has "$1" || packages+=("$2"); }
needs containerd containerd
needs runc runc
needs nft nftables
needs iptables iptables
needs conntrack conntrack
needs ip iproute2
needs sysctl procps
needs openssl openssl
"$root/scripts/setup/apt.sh" "${packages[@]}"

folder=$cache/cluster-images/$(content_key e2e/cluster/{image.sh,images.sh,pause.c,udp-echo.c})-$machine
build() {
  [[ ! -d $folder ]] || return 0
  "$root/scripts/setup/apt.sh" busybox-static gcc libc6-dev
  make_scratch "$cache/cluster-images"
  quietly "$root/e2e/cluster/images.sh" "$work/images" || die 'the images of every node could not be built'
  mv "$work/images" "$folder"
}
locked cluster-images build
say 'ready'
printf '%s\n' "$folder"
