# shellcheck shell=bash
# etcd, API server, controller-manager and scheduler, on the host.

kubectl() { "$bin/kubectl" --kubeconfig "$state/kubeconfig" "$@"; }

start_api() {
  local etcd=http://127.0.0.1:$((port + 1)) peer=http://127.0.0.1:$((port + 2))
  make_ca
  certificate apiserver /CN=kube-apiserver \
    "IP:127.0.0.1,IP:$host_ip,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
  kubeconfig "$state/kubeconfig" admin /O=system:masters/CN=admin
  mkdir -p "$state/audit"
  start etcd "$bin/etcd" --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
  start kube-apiserver "$bin/kube-apiserver" --bind-address "$host_ip" --advertise-address "$host_ip" \
    --secure-port "$port" --etcd-servers "$etcd" --allow-privileged \
    --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
    --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
    --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range "$service_cidr" \
    --service-account-key-file "$pki/sa.key" --service-account-signing-key-file "$pki/sa.key" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --audit-policy-file "$here/audit.yaml" --audit-log-path "$state/audit/audit.log" --audit-log-maxsize 500
  wait_for 180 'the API server' kubectl get --raw /readyz
}

start_controllers() {
  local name
  for name in kube-controller-manager kube-scheduler; do
    kubeconfig "$state/$name.kubeconfig" "$name" "/CN=system:$name"
  done
  # With the usual 20 requests a second, 500 pods took over 90 s on a busy machine.
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

# Controllers that cannot renew their leases end, and whoever runs them starts them anew. These have none, so it is done here: left alone they come through
# up to a minute after the API server, and judge nodes by what they heard before.
start_api_again() {
  local name
  for name in kube-scheduler kube-controller-manager; do kill_now "$name"; done
  start_api
  start_controllers
}
