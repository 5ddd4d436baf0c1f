#!/usr/bin/env bash
# A throwaway Kubernetes cluster on one machine.
#   cluster.sh up control-plane   etcd and kube-apiserver on loopback
#   cluster.sh up [nodes [N]]     controllers, scheduler, DNS and N nodes too (1; 0 for fake nodes)
#   cluster.sh load-image TAR     import an image archive on every node
#   cluster.sh exec-node N CMD..  run a command in node N's namespaces
#   cluster.sh exec-hub CMD..     run a command in the hub's network; node N hangs on its link node-N
#   cluster.sh kill-node N        node N loses power; `up nodes` starts it again
#   cluster.sh down               stop all and remove its files, but not the built programs
#   cluster.sh status
# Environment: TESTCLUSTER_STATE (state directory), TESTCLUSTER_BIN (what build.sh built;
# default: PARLEY_CONTROL_PLANE_BIN, else bin in the state directory), TESTCLUSTER_PORT (6443, and the 4 after it),
# TESTCLUSTER_NODE_GRACE (seconds until a silent node counts as dead: 12; with kwok use 60).
#
# A node is a set of namespaces (pid, mount, net, uts, ipc) with its own containerd,
# kubelet and kube-proxy. Killing its first process ends all of it, mounts included.
# Nodes hang on a bridge in a network namespace of its own, the hub, so that firewall
# rules of the host never see traffic between nodes:
#   host 10.90.0.1 -- hub -- node N 10.90.0.(10+N), its pods 10.244.N.0/24
set -euo pipefail

state=${TESTCLUSTER_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/testcluster}
mkdir -p "$state"
state=$(realpath "$state")
export TESTCLUSTER_STATE=$state # also marks the cluster's processes, see ours
bin=${TESTCLUSTER_BIN:-${PARLEY_CONTROL_PLANE_BIN:-$state/bin}}
bin=$(realpath -m "$bin")
port=${TESTCLUSTER_PORT:-6443}
node_grace=${TESTCLUSTER_NODE_GRACE:-12}
pki=$state/pki
server= # ADDRESS:PORT of the API server, set by start_api
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
self=$here/$(basename "${BASH_SOURCE[0]}")

host_ip=10.90.0.1
pod_cidr=10.244.0.0/16
service_cidr=10.96.0.0/16
dns_ip=10.96.0.10
cgroup=testcluster
max_nodes=9

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

usage() { sed -n '3,13s/^# \{0,1\}//p' "$self" >&2; exit 2; }

node_ip() { echo "10.90.0.$((10 + $1))"; }

kubectl() { "$bin/kubectl" --kubeconfig "$state/kubeconfig" "$@"; }

wait_for() { # SECONDS WHAT COMMAND...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "timed out waiting for $what; logs are in $state/log"
    sleep 0.1
  done
}

# --- processes -------------------------------------------------------------

pid_of() { cat "$state/run/$1.pid" 2>/dev/null; }

# ours PID: it runs (a zombie does not), and its number was not given to another's process.
ours() { grep -qsxz "TESTCLUSTER_STATE=$state" "/proc/$1/environ"; }

alive() { # NAME
  local pid
  pid=$(pid_of "$1") && ours "$pid"
}

wait_gone() { # PID: up to 10 seconds
  local try
  for ((try = 0; try < 100; try++)); do
    ours "$1" || return 0
    sleep 0.1
  done
  return 1
}

start() { # NAME COMMAND...
  local name=$1
  shift
  alive "$name" && return
  mkdir -p "$state/run" "$state/log"
  setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null &
  echo $! >"$state/run/$name.pid"
}

stop() { # NAME
  local pid
  if alive "$1"; then
    pid=$(pid_of "$1")
    kill "$pid"
    wait_gone "$pid" || kill -KILL "$pid"
  fi
  rm -f "$state/run/$1.pid"
}

# --- certificates ----------------------------------------------------------

# certificate NAME SUBJECT [SUBJECT_ALT_NAMES]: a key and a certificate of the cluster's CA.
certificate() {
  local extensions="extendedKeyUsage=clientAuth,serverAuth${3:+$'\n'subjectAltName=$3}"
  [[ -e $pki/$1.crt ]] && return
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$pki/$1.key" -subj "$2" 2>/dev/null |
    openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -days 30 -extfile <(echo "$extensions") \
      -out "$pki/$1.crt" 2>/dev/null
}

make_ca() {
  mkdir -p "$pki"
  chmod 700 "$pki"
  [[ -e $pki/sa.key ]] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=testcluster \
    -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
  openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
}

# kubeconfig FILE NAME SUBJECT: credentials for one user.
kubeconfig() {
  [[ -e $1 ]] && return
  certificate "$2" "$3"
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
current-context: testcluster
contexts: [{name: testcluster, context: {cluster: testcluster, user: $2}}]
clusters:
- name: testcluster
  cluster: {server: "https://$server", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}
users:
- name: $2
  user: {client-certificate-data: $(base64 -w0 "$pki/$2.crt"), client-key-data: $(base64 -w0 "$pki/$2.key")}
YAML
  chmod 600 "$1"
}

# --- control plane ---------------------------------------------------------

start_api() { # ADDRESS APISERVER_FLAG...
  local address=$1 etcd=http://127.0.0.1:$((port + 1)) peer=http://127.0.0.1:$((port + 2))
  shift
  server=$address:$port
  [[ ! -e $state/kubeconfig ]] || grep -qF "https://$server" "$state/kubeconfig" ||
    die "another kind of cluster is in $state; take it down first"
  make_ca
  certificate apiserver /CN=kube-apiserver \
    "IP:127.0.0.1,IP:$address,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  kubeconfig "$state/kubeconfig" admin /O=system:masters/CN=admin
  start etcd "$bin/etcd" --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
  start kube-apiserver "$bin/kube-apiserver" --bind-address "$address" --advertise-address "$address" \
    --secure-port "$port" --etcd-servers "$etcd" --allow-privileged \
    --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
    --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range "$service_cidr" \
    --service-account-key-file "$pki/sa.key" --service-account-signing-key-file "$pki/sa.key" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction "$@"
  wait_for 60 'the API server' kubectl get --raw /readyz
}

start_controllers() {
  local name
  for name in kube-controller-manager kube-scheduler; do
    kubeconfig "$state/$name.kubeconfig" "$name" "/CN=system:$name"
  done
  # A dead node is noticed sooner than the usual 50 s; its lease is renewed more often (see node_config).
  start kube-controller-manager "$bin/kube-controller-manager" --leader-elect=false \
    --bind-address 127.0.0.1 --secure-port $((port + 3)) \
    --kubeconfig "$state/kube-controller-manager.kubeconfig" --use-service-account-credentials \
    --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" \
    --cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key" \
    --node-monitor-period 2s --node-monitor-grace-period "${node_grace}s" \
    --kube-api-qps 200 --kube-api-burst 400
  start kube-scheduler "$bin/kube-scheduler" --leader-elect=false \
    --bind-address 127.0.0.1 --secure-port $((port + 4)) --kubeconfig "$state/kube-scheduler.kubeconfig"
}

# --- the network of nodes --------------------------------------------------

in_hub() { nsenter -t "$(pid_of hub)" -n "$@"; }

start_hub() {
  alive hub && return
  [[ ! -e /sys/class/net/tc-host ]] || die "another cluster with nodes runs"
  start hub unshare --net sleep infinity
  wait_for 5 'the hub' hub_has_own_network
  ip link add tc-host type veth peer name host netns "$(pid_of hub)"
  ip address add "$host_ip/24" dev tc-host
  ip link set tc-host up
  in_hub ip link add br0 type bridge
  in_hub ip link set br0 up
  in_hub ip link set host master br0 up
}

hub_has_own_network() {
  [[ $(readlink "/proc/$(pid_of hub)/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

# Routes from the host to a node's pods, and through the first node to services.
route_to_node() { # N
  ip route replace "10.244.$1.0/24" via "$(node_ip "$1")" dev tc-host
  (($1 != 1)) || ip route replace "$service_cidr" via "$(node_ip 1)" dev tc-host
}

# --- nodes -----------------------------------------------------------------

# The kubelet sets these for the whole machine; down sets them back.
kubelet_sysctls=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

save_sysctls() {
  [[ -e $state/sysctls ]] || sysctl "${kubelet_sysctls[@]}" >"$state/sysctls"
}

make_cgroups() { # N
  local controller folder file
  for controller in /sys/fs/cgroup/*/; do
    mkdir -p "$controller$cgroup/node-$1"
  done
  # A new cpuset is empty until told otherwise.
  for folder in "/sys/fs/cgroup/cpuset/$cgroup"{,"/node-$1"}; do
    for file in cpuset.cpus cpuset.mems; do cat "$folder/../$file" >"$folder/$file"; done
  done
}

remove_cgroups() {
  local folder
  for folder in /sys/fs/cgroup/*/"$cgroup"; do
    [[ ! -e $folder ]] || find "$folder" -depth -type d -exec rmdir {} +
  done
}

# The files of node N: its Node object, and the configuration of its programs.
node_config() { # N
  local n=$1 name=node-$1 node=$state/nodes/node-$1
  mkdir -p "$node"/{kubelet,containerd,cni-state,cni,pods,containers,log}
  kubeconfig "$node/kubelet.kubeconfig" "$name" "/O=system:nodes/CN=system:node:$name"
  kubeconfig "$node/kube-proxy.kubeconfig" kube-proxy /CN=system:kube-proxy
  echo 'nameserver 127.0.0.1' >"$node/resolv.conf"
  cat >"$node/node.yaml" <<YAML
apiVersion: v1
kind: Node
metadata: {name: $name}
spec: {podCIDR: 10.244.$n.0/24, podCIDRs: [10.244.$n.0/24]}
YAML
  cat >"$node/cni/10-pods.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.$n.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  cat >"$node/containerd.toml" <<TOML
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # Lowering the score needs CAP_SYS_RESOURCE, which a sandboxed root may lack.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
TOML
  cat >"$node/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $pki/ca.crt}}
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup/$name
failCgroupV1: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDNS: [$dns_ip]
clusterDomain: cluster.local
resolvConf: $node/resolv.conf
volumePluginDir: $node/kubelet/plugins
failSwapOn: false
nodeLeaseDurationSeconds: 8
# Images are imported by hand and cannot be pulled again: never collect them.
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
YAML
  cat >"$node/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: $pod_cidr
hostnameOverride: $name
clientConnection: {kubeconfig: $node/kube-proxy.kubeconfig}
# The machine's connection tracking limits are not the node's to set.
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
}

# keep NAME COMMAND...: runs it again whenever it ends. Only in a node.
keep() {
  while :; do "${@:2}" || true; sleep 1; done >>"$state/nodes/$HOSTNAME/log/$1.log" 2>&1 &
}

# The first process of a node; runs in the node's namespaces.
node_init() { # N
  local node=$state/nodes/node-$1
  HOSTNAME=node-$1
  hostname "$HOSTNAME"
  mount --make-rshared /
  mount -t tmpfs -o mode=755 run /run
  bind "$node/kubelet" /var/lib/kubelet
  bind "$node/containerd" /var/lib/containerd
  bind "$node/cni-state" /var/lib/cni
  bind "$node/cni" /etc/cni/net.d
  bind "$node/pods" /var/log/pods
  bind "$node/containers" /var/log/containers
  wait_for 10 'the network' test -e /proc/sys/net/ipv4/conf/eth0
  sysctl -qw net.ipv4.ip_forward=1
  keep containerd containerd --config "$node/containerd.toml"
  keep kubelet "$bin/kubelet" --config "$node/kubelet.yaml" --kubeconfig "$node/kubelet.kubeconfig" \
    --hostname-override "$HOSTNAME" --node-ip "$(node_ip "$1")"
  keep kube-proxy "$bin/kube-proxy" --config "$node/kube-proxy.yaml"
  while :; do wait; sleep 1; done
}

# Shared with the node's containers but not with its source: no mount shows up twice.
bind() { # SOURCE TARGET
  mkdir -p "$2"
  mount --bind "$1" "$2"
  mount --make-private "$2"
  mount --make-shared "$2"
}

# The pid, seen from the host, of a node's first process: the child of its unshare.
node_pid() { # N
  local children
  children=$(cat "/proc/$(pid_of "node-$1")/task/$(pid_of "node-$1")/children" 2>/dev/null)
  [[ $children ]] && echo "${children%% *}"
}

in_node() { # N COMMAND...
  nsenter -t "$(node_pid "$1")" --mount --net --pid --uts --ipc -- "${@:2}"
}

start_node() { # N
  local n=$1 other
  alive "node-$n" && return
  node_config "$n"
  make_cgroups "$n"
  kubectl apply -f "$state/nodes/node-$n/node.yaml" >/dev/null
  start "node-$n" unshare --pid --fork --kill-child --mount --uts --ipc --net --mount-proc \
    bash "$self" node-init "$n"
  wait_for 5 "node $n" node_pid "$n"
  in_hub ip link add "node-$n" type veth peer name eth0 netns "$(node_pid "$n")"
  in_hub ip link set "node-$n" master br0 up
  nsenter -t "$(node_pid "$n")" --net bash -euc "
    ip link set lo up
    ip address add $(node_ip "$n")/24 dev eth0
    ip link set eth0 up
    ip route add $service_cidr dev eth0
    $(for ((other = 1; other <= max_nodes; other++)); do
    ((other == n)) || echo "ip route add 10.244.$other.0/24 via $(node_ip "$other")"
  done)"
  route_to_node "$n"
}

# Kills a node's first process; it is gone only after all others of the node are.
kill_node() { # N
  local pid
  alive "node-$1" || return 0
  pid=$(node_pid "$1")
  kill -KILL "$(pid_of "node-$1")"
  [[ -z $pid ]] || wait_gone "$pid" || die "node $1 does not end"
  rm -f "$state/run/node-$1.pid"
}

import_on_node() { # N TAR
  wait_for 30 "containerd of node $1" in_node "$1" ctr version
  in_node "$1" ctr -n k8s.io images import - <"$2" >/dev/null
}

nodes() { # the numbers of the nodes that run
  local file name
  for file in "$state"/run/node-*.pid; do
    name=$(basename "$file" .pid)
    [[ -e $file ]] && alive "$name" && echo "${name#node-}"
  done
  true
}

# --- commands --------------------------------------------------------------

up_control_plane() {
  # Nothing makes service accounts here, and loopback cannot be an endpoint.
  start_api 127.0.0.1 --disable-admission-plugins ServiceAccount --endpoint-reconciler-type none
}

up_nodes() { # TOTAL
  local n image
  [[ $1 =~ ^[0-9]$ ]] || die "0 to $max_nodes nodes"
  [[ -e $bin/kubelet ]] || die "no kubelet in $bin; run build.sh"
  ((EUID == 0)) || die 'nodes need root'
  [[ $(stat -fc %T /sys/fs/cgroup) != cgroup2fs ]] || die 'nodes are made for cgroup v1 or hybrid only'
  start_hub
  start_api "$host_ip"
  start_controllers
  save_sysctls
  for ((n = 1; n <= $1; n++)); do start_node "$n"; done
  for n in $(nodes); do
    for image in pause busybox; do import_on_node "$n" "$bin/images/$image.tar"; done
  done
  (($1)) || return 0
  sed "s|@BIN@|$bin|; s|@DNS_IP@|$dns_ip|" "$here/coredns.yaml" | kubectl apply -f - >/dev/null
  wait_for 60 'nodes to register' kubectl wait --for condition=Ready nodes --all --timeout 5s
  kubectl -n kube-system rollout status deployment/coredns --timeout 60s >/dev/null
}

load_image() { # TAR
  local n
  [[ $(nodes) ]] || die 'no node runs'
  for n in $(nodes); do import_on_node "$n" "$1"; done
}

down() {
  local n name
  for n in $(nodes); do kill_node "$n"; done
  for name in kube-scheduler kube-controller-manager kube-apiserver etcd hub; do stop "$name"; done
  if [[ -e $state/sysctls ]]; then # nodes ran
    sysctl -q -p "$state/sysctls"
    remove_cgroups
  fi
  rm -rf "$state"/{run,log,pki,etcd,nodes,sysctls,kubeconfig} "$state"/*.kubeconfig
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

case ${1:-} in
  up)
    case ${2:-nodes} in
      control-plane) up_control_plane ;;
      nodes) up_nodes "${3:-1}" ;;
      *) usage ;;
    esac
    echo "export KUBECONFIG=$state/kubeconfig"
    ;;
  load-image) [[ ${2:-} ]] || usage; load_image "$2" ;;
  exec-node) [[ ${3:-} ]] || usage; in_node "${@:2}" ;;
  exec-hub) [[ ${2:-} ]] || usage; in_hub "${@:2}" ;;
  kill-node) [[ ${2:-} ]] || usage; kill_node "$2" ;;
  down) down ;;
  status) status ;;
  node-init) node_init "$2" ;;
  *) usage ;;
esac
