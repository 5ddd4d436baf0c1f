{{/* Jobs around an installation. */}}

{{/* Annotations of a hook: (list "pre-install" "-5"). What failed stays, to be looked at, until the next try; Helm 3.18 and newer print its last words. */}}
{{- define "parley.hook" -}}
helm.sh/hook: {{ index . 0 }}
helm.sh/hook-weight: {{ index . 1 | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-output-log-policy: hook-failed
{{- end }}

{{/* The spec of a hook's Pod up to the arguments of its container: (list $ "service account"). The last words of one that fails stand in its status. */}}
{{- define "parley.hookPod" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ index . 1 }}
restartPolicy: Never
enableServiceLinks: false
shareProcessNamespace: true
{{- include "parley.imagePullSecrets" $root }}
{{- with $root.Values.hooks.nodeSelector }}
nodeSelector:
{{ toYaml . | indent 2 }}
{{- end }}
{{- with $root.Values.hooks.tolerations }}
tolerations:
{{ toYaml . | indent 2 }}
{{- end }}
securityContext:
{{ include "parley.podSecurityContext" $root | indent 2 }}
containers:
  - name: parley
    image: {{ include "parley.image" (list $root $root.Values.operator.image) }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    terminationMessagePolicy: FallbackToLogsOnError
    securityContext:
{{ include "parley.containerSecurityContext" $root | indent 6 }}
    resources:
{{ toYaml $root.Values.hooks.resources | indent 6 }}
    command: [kubectl-parley]
{{- end }}

{{/* Items that the values take from Secrets of one's own, as a list of {item, name, key}. */}}
{{- define "parley.givenItems" -}}
{{- range $name, $item := include "parley.secretItems" . | fromYaml }}
{{- with index $.Values.secrets $name }}
{{- if .existingSecret }}
- {item: {{ $item }}, name: {{ .existingSecret }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
