#!/usr/bin/env bash
# A throwaway Kubernetes cluster of several nodes on one machine.
#   cluster.sh up N               etcd, API server, controllers, scheduler, DNS and N nodes; again: starts what is dead or new
#   cluster.sh load-image TAR..   imports image archives on every node
#   cluster.sh exec-node N CMD..  runs a command in the namespaces of node N
#   cluster.sh exec-hub CMD..     runs a command in the network of the hub; node N hangs on its link node-N
#   cluster.sh kill-node N        node N loses power; `up` starts it again
#   cluster.sh kill-api           the API server is gone
#   cluster.sh start-api          it is back with what etcd holds, and its controllers are started anew
#   cluster.sh restart-agents     kubelets and kube-proxies die; their nodes start them again after a second
#   cluster.sh down               stops all, removes its files and sets back what it changed on the machine
#   cluster.sh status
#   cluster.sh check-machine      says what keeps this machine from running nodes, and fails then
# Environment: TESTCLUSTER_STATE, its folder (not under /run, which every node has to itself); TESTCLUSTER_BIN, what build.sh
# built (PARLEY_CONTROL_PLANE_BIN); TESTCLUSTER_IMAGES, what images.sh built (PARLEY_CLUSTER_IMAGES); TESTCLUSTER_PORT, the port of
# the API server (6443), which takes the four after it too; TESTCLUSTER_NODE_GRACE, seconds until a silent node counts as dead (50).
#
# A node is a set of namespaces (pid, mount, net, uts, ipc) with its own containerd, kubelet and kube-proxy. Killing its first
# process ends all of it, mounts included. Nodes hang on a bridge in a network namespace of its own, the hub, so that firewall
# rules of the host never see traffic between nodes:
#   host 10.90.0.1 -- hub -- node N 10.90.0.(10+N), its pods 10.244.N.0/24
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
self=$here/$(basename "${BASH_SOURCE[0]}")
port=${TESTCLUSTER_PORT:-6443}
node_grace=${TESTCLUSTER_NODE_GRACE:-50}
host_ip=10.90.0.1
pod_cidr=10.244.0.0/16
service_cidr=10.96.0.0/16
dns_ip=10.96.0.10
max_nodes=9

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
usage() { sed -n '3,14s/^# \{0,1\}//p' "$self" >&2; exit 2; }

for part in "$here"/lib/*.sh; do . "$part"; done

find_state() {
  [[ -n ${TESTCLUSTER_STATE:-} ]] || die 'TESTCLUSTER_STATE names no folder for the cluster'
  mkdir -p "$TESTCLUSTER_STATE"
  state=$(realpath "$TESTCLUSTER_STATE")
  [[ $state != /run/* ]] || die "TESTCLUSTER_STATE=$state is under /run"
  export TESTCLUSTER_STATE=$state # also marks the cluster's processes, see ours
  bin=$(realpath -m "${TESTCLUSTER_BIN:-${PARLEY_CONTROL_PLANE_BIN:-$state/bin}}")
  images=$(realpath -m "${TESTCLUSTER_IMAGES:-${PARLEY_CLUSTER_IMAGES:-$bin/images}}")
  pki=$state/pki
}

up() { # TOTAL
  local n image new=()
  [[ $1 =~ ^[0-9]$ ]] || die "0 to $max_nodes nodes"
  [[ -x $bin/kubelet ]] || die "no kubelet in $bin; build.sh makes it"
  [[ -e $images/pause.tar ]] || die "no pause.tar in $images; images.sh makes it"
  check_machine
  claim_machine
  start_hub
  start_api
  start_controllers
  for ((n = 1; n <= $1; n++)); do
    alive "node-$n" || new+=("$n")
    start_node "$n"
  done
  for n in "${new[@]}"; do
    for image in pause busybox; do import_on_node "$n" "$images/$image.tar"; done
  done
  (($1)) || return 0
  sed "s|@BIN@|$bin|; s|@DNS_IP@|$dns_ip|" "$here/coredns.yaml" | kubectl apply -f - >/dev/null
  wait_for 180 'nodes to register' kubectl wait --for condition=Ready nodes --all --timeout 5s
  kubectl -n kube-system rollout status deployment/coredns --timeout 180s >/dev/null
}

load_images() { # TAR...
  local n tar job jobs=()
  [[ $(nodes) ]] || die 'no node runs'
  for n in $(nodes); do
    for tar in "$@"; do import_on_node "$n" "$tar"; done &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
}

down() {
  local n name job jobs=()
  for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do kill_now "$name"; done
  for n in $(nodes); do
    kill_node "$n" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
  kill_now hub
  release_machine
  rm -rf "$state"/{run,log,audit,pki,etcd,nodes,kubeconfig} "$state"/*.kubeconfig
}

status() {
  local file name
  for file in "$state"/run/*.pid; do
    [[ -e $file ]] || { say 'nothing runs'; return; }
    name=$(basename "$file" .pid)
    if alive "$name"; then echo "$name: process $(pid_of "$name")"; else echo "$name: dead"; fi
  done
  kubectl get nodes || true
}

command=${1:-}
shift || usage
[[ $command == check-machine ]] || find_state
case $command in
  up) (($# == 1)) || usage; up "$1"; echo "export KUBECONFIG=$state/kubeconfig" ;;
  load-image) (($#)) || usage; load_images "$@" ;;
  exec-node) (($# > 1)) || usage; in_node "$@" ;;
  exec-hub) (($#)) || usage; in_hub "$@" ;;
  kill-node) (($# == 1)) || usage; kill_node "$1" ;;
  kill-api) kill_now kube-apiserver ;;
  start-api) start_api_again ;;
  restart-agents) restart_agents ;;
  down) down ;;
  status) status ;;
  check-machine) check_machine ;;
  node-init) node_init "$1" ;; # not for people: what start_node runs
  *) usage ;;
esac
