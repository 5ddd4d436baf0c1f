{{/* How Prometheus scrapes a component: (list $ "signaling" "30s"). Signaling's metrics stand behind a token, since its port is everybody's. */}}
{{- define "parley.scrape" -}}
{{- $root := index . 0 -}}
{{- $isSignaling := eq (index . 1) "signaling" -}}
{{- $scheme := ternary "https" "http" (and $isSignaling $root.Values.signaling.tls.enabled) -}}
port: {{ $scheme }}
path: /metrics
scheme: {{ $scheme }}
interval: {{ index . 2 }}
{{- if $isSignaling }}
authorization:
  credentials:
{{ include "parley.secretKeyRef" (list $root "metricsToken") | indent 4 }}
{{- end }}
{{- if eq $scheme "https" }}
tlsConfig:
  serverName: {{ $root.Values.monitoring.serverName | default (first (append $root.Values.signaling.tls.certManager.dnsNames (printf "%s-signaling.%s.svc" (include "parley.fullname" $root) $root.Release.Namespace))) }}
{{- end }}
{{- end }}
