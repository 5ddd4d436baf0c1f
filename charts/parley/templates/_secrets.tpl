{{/* Secrets: each item stands in the Secret that `kubectl-parley install keys` makes, or in one that the values name. */}}

{{- define "parley.keysSecret" -}}
{{ include "parley.fullname" . }}-keys
{{- end }}

{{- define "parley.trustedKeysConfigMap" -}}
{{ include "parley.fullname" . }}-trusted-keys
{{- end }}

{{/* Items by their name in .Values.secrets, with the key that they have in the Secret that is made. */}}
{{- define "parley.secretItems" -}}
operatorSigningKey: operator-signing-key.json
signalingSigningKey: signaling-signing-key.json
placementTokens: placement-tokens.json
placementToken: placement-token
apiKeys: api-keys.json
resumeSecrets: resume-secrets
turnSecret: turn-secret
redisPassword: redis-password
metricsToken: metrics-token
{{- end }}

{{/* Where an item stands, as a secretKeyRef: (list $ "apiKeys"). */}}
{{- define "parley.secretKeyRef" -}}
{{- $root := index . 0 -}}
{{- $item := index $root.Values.secrets (index . 1) -}}
{{- if $item.existingSecret -}}
name: {{ $item.existingSecret }}
key: {{ $item.key }}
{{- else -}}
name: {{ include "parley.keysSecret" $root }}
key: {{ index (include "parley.secretItems" $root | fromYaml) (index . 1) }}
{{- end }}
{{- end }}

{{/* A volume with the items that a process reads, each under its usual name: (list $ "apiKeys" "resumeSecrets"). */}}
{{- define "parley.secretsVolume" -}}
{{- $root := first . -}}
name: secrets
projected:
  defaultMode: 0440
  sources:
{{- range rest . }}
{{- $ref := include "parley.secretKeyRef" (list $root .) | fromYaml }}
    - secret:
        name: {{ $ref.name }}
        items:
          - key: {{ $ref.key }}
            path: {{ index (include "parley.secretItems" $root | fromYaml) . }}
{{- end }}
{{- end }}
