{{/* What all Pods of this chart have in common. */}}

{{/* Pod Security Standard `restricted`. The group reads what is mounted. */}}
{{- define "parley.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "parley.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{/*
Where the Pods of a component run: (list $ "signaling" .Values.signaling). Without constraints of one's own they spread over Kubernetes
Nodes and zones as far as there are several. Zones stand in the affinity: the scheduler ignores every constraint of a Pod on a Node that
lacks the label of one of them, and many a cluster has no zones. Kubernetes' variables for Services are switched off: PARLEY_OPERATOR_PORT of a Service
named parley-operator would be read as a setting. No process is PID 1, which the kernel spares a SIGTERM that it does not listen for yet: a Pod that is
deleted while it starts would stay for its whole grace period.
*/}}
{{- define "parley.scheduling" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
enableServiceLinks: false
shareProcessNamespace: true
{{- include "parley.imagePullSecrets" $root }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
{{ toYaml . | indent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
{{ toYaml . | indent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
{{ toYaml . | indent 2 }}
{{- else }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            matchLabels:
{{ include "parley.selectorLabels" (list $root $component) | indent 14 }}
{{- end }}
topologySpreadConstraints:
{{- if $values.topologySpreadConstraints }}
{{ toYaml $values.topologySpreadConstraints | indent 2 }}
{{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
{{ include "parley.selectorLabels" (list $root $component) | indent 8 }}
{{- end }}
{{- end }}

{{/* Labels of a Pod: (list $ "operator" .Values.operator). */}}
{{- define "parley.podLabels" -}}
{{ include "parley.labels" . }}
{{- with (index . 2).podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The address that a process listens on, of the Pod's family. */}}
{{- define "parley.listenHost" -}}
{{- ternary "::" "0.0.0.0" (eq .Values.ipFamily "IPv6") }}
{{- end }}

{{/* Probes: (dict "port" "http" "scheme" "HTTP"). Live looks at nobody else; ready asks the process whether it can be asked. */}}
{{- define "parley.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ .port }}, scheme: {{ .scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 30
livenessProbe:
  httpGet: { path: /livez, port: {{ .port }}, scheme: {{ .scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: {{ .port }}, scheme: {{ .scheme }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}
