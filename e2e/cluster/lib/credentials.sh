# shellcheck shell=bash
# Keys and certificates, valid for a month.

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
  cluster: {server: "https://$host_ip:$port", certificate-authority-data: $(base64 -w0 "$pki/ca.crt")}
users:
- name: $2
  user: {client-certificate-data: $(base64 -w0 "$pki/$2.crt"), client-key-data: $(base64 -w0 "$pki/$2.key")}
YAML
  chmod 600 "$1"
}
