# shellcheck shell=bash

# The files of node N: its Node object, and the configuration of its programs.
node_config() { # N
  local n=$1 name=node-$1 node=$state/nodes/node-$1
  mkdir -p "$node/log" "${mount_points[@]/#*\//$node/}"
  kubeconfig "$node/kubelet.kubeconfig" "$name" "/O=system:nodes/CN=system:node:$name"
  kubeconfig "$node/kube-proxy.kubeconfig" kube-proxy /CN=system:kube-proxy
  echo 'nameserver 127.0.0.1' >"$node/resolv.conf"
  cat >"$node/node.yaml" <<YAML
apiVersion: v1
kind: Node
metadata: {name: $name}
spec: {podCIDR: 10.244.$n.0/24, podCIDRs: [10.244.$n.0/24]}
YAML
  cat >"$node/net.d/10-pods.conflist" <<JSON
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
