# shellcheck shell=bash
# The network of nodes.

host_link=tc-host

in_hub() { nsenter -t "$(pid_of hub)" -n "$@"; }

start_hub() {
  alive hub && return
  start hub unshare --net sleep infinity
  wait_for 30 'the hub' hub_has_own_network
  ip link add "$host_link" type veth peer name host netns "$(pid_of hub)"
  ip address add "$host_ip/24" dev "$host_link"
  ip link set "$host_link" up
  in_hub ip link add br0 type bridge
  in_hub ip link set br0 up
  in_hub ip link set host master br0 up
}

hub_has_own_network() {
  [[ $(readlink "/proc/$(pid_of hub)/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

node_ip() { echo "10.90.0.$((10 + $1))"; }

# Routes from the host to a node's pods, and through the first node to services.
route_to_node() { # N
  ip route replace "10.244.$1.0/24" via "$(node_ip "$1")" dev "$host_link"
  (($1 != 1)) || ip route replace "$service_cidr" via "$(node_ip 1)" dev "$host_link"
}
