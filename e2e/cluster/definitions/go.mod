// Modules whose definitions of custom resources the chart's objects are judged by; nothing is built from them. Their own dependencies are not
// fetched, so `go mod tidy` has nothing to say here: after a new version, `go mod download MODULE@VERSION` writes its sums.
module testcluster/definitions

go 1.25.0

require (
	github.com/cert-manager/cert-manager v1.19.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.4.1
)
