{{/* How components find each other. */}}

{{/* Signaling's variables for Redis; none where chat stays in the one replica. */}}
{{- define "parley.redisEnv" -}}
{{- $external := .Values.redis.external -}}
{{- if .Values.redis.enabled -}}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
{{ include "parley.secretKeyRef" (list $ "redisPassword") | indent 6 }}
- name: PARLEY_SIGNALING_REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "parley.fullname" . }}-redis.{{ .Release.Namespace }}.svc:6379
{{- else if $external.existingSecret -}}
- name: PARLEY_SIGNALING_REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ $external.existingSecret }}
      key: {{ $external.key }}
{{- else if $external.url -}}
- name: PARLEY_SIGNALING_REDIS_URL
  value: {{ $external.url | quote }}
{{- end }}
{{- end }}

{{/* TURN servers that clients are told, comma-separated. */}}
{{- define "parley.turnUrls" -}}
{{- $urls := .Values.turn.urls -}}
{{- if .Values.turn.enabled -}}
{{- range list "udp" "tcp" -}}
{{- $urls = append $urls (printf "turn:%s:%d?transport=%s" $.Values.turn.host (int $.Values.turn.port) .) -}}
{{- end -}}
{{- end -}}
{{- join "," $urls -}}
{{- end }}

{{/* The Secret with signaling's own certificate. */}}
{{- define "parley.tlsSecret" -}}
{{- .Values.signaling.tls.existingSecret | default (printf "%s-signaling-tls" (include "parley.fullname" .)) }}
{{- end }}

{{/* Signaling as Pods reach it. */}}
{{- define "parley.signalingUrl" -}}
{{- $tls := .Values.signaling.tls.enabled -}}
{{- $port := .Values.signaling.service.port | default (ternary 443 80 $tls) | int -}}
{{ ternary "https" "http" $tls }}://{{ include "parley.fullname" . }}-signaling.{{ .Release.Namespace }}.svc:{{ $port }}
{{- end }}
