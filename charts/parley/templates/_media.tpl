{{/* Media Pods, which the operator makes: what other objects have to know of them. */}}

{{- define "parley.mediaLabels" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/component: media
app.kubernetes.io/managed-by: parley-operator
{{- end }}

{{/* Ports of clients, one a worker (64 at most), and of pipes. */}}
{{- define "parley.rtcPortMin" -}}40000{{- end }}
{{- define "parley.rtcPortMax" -}}40063{{- end }}
{{- define "parley.pipePortMin" -}}41000{{- end }}
{{- define "parley.pipePortMax" -}}41999{{- end }}
{{- define "parley.agentPort" -}}7710{{- end }}
