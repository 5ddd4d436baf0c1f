# shellcheck shell=bash
# One node: its first process, and what is done to it from outside.

# keep NAME COMMAND...: runs it again whenever it ends. Only in a node.
keep() {
  while :; do "${@:2}" || true; sleep 1; done >>"$state/nodes/$HOSTNAME/log/$1.log" 2>&1 &
}

# The first process of a node; runs in the node's namespaces.
node_init() { # N
  local point node=$state/nodes/node-$1
  HOSTNAME=node-$1
  hostname "$HOSTNAME"
  mount --make-rshared /
  mount -t tmpfs -o mode=755 run /run
  for point in "${mount_points[@]}"; do bind "$node/$(basename "$point")" "$point"; done
  wait_for 30 'the network' test -e /proc/sys/net/ipv4/conf/eth0
  sysctl -qw net.ipv4.ip_forward=1
  keep containerd containerd --config "$node/containerd.toml"
  keep kubelet "$bin/kubelet" --config "$node/kubelet.yaml" --kubeconfig "$node/kubelet.kubeconfig" \
    --hostname-override "$HOSTNAME" --node-ip "$(node_ip "$1")"
  keep kube-proxy "$bin/kube-proxy" --config "$node/kube-proxy.yaml"
  while :; do wait; sleep 1; done
}

# Shared with the node's containers but not with its source: no mount shows up twice.
bind() { # SOURCE TARGET
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
  wait_for 30 "node $n" node_pid "$n"
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
  pid=$(node_pid "$1") || true
  kill -KILL "$(pid_of "node-$1")"
  [[ -z $pid ]] || wait_gone "$pid" || die "node $1 does not end"
  rm -f "$state/run/node-$1.pid"
}

# Unpacked is what a Pod runs, when the first one does.
import_on_node() { # N TAR
  wait_for 120 "containerd of node $1" in_node "$1" ctr version
  in_node "$1" ctr -n k8s.io images import --no-unpack - <"$2" >/dev/null
}

nodes() { # the numbers of the nodes that run
  local file name
  for file in "$state"/run/node-*.pid; do
    name=$(basename "$file" .pid)
    [[ -e $file ]] && alive "$name" && echo "${name#node-}"
  done
  true
}

restart_agents() {
  local n program
  for n in $(nodes); do
    for program in kubelet kube-proxy; do in_node "$n" pkill -KILL -x "$program" || true; done
  done
}
