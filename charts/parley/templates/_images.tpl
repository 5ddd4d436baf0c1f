{{/* References of images. */}}

{{/* registry/repository:tag or @digest: (list $ .Values.operator.image). What an image leaves empty, .Values.image says for those of Parley. */}}
{{- define "parley.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := $root.Values.global.imageRegistry | default $image.registry | default $root.Values.image.registry -}}
{{- $name := printf "%s/%s" $registry $image.repository -}}
{{- if $image.digest }}
{{- printf "%s@%s" $name $image.digest }}
{{- else }}
{{- printf "%s:%s" $name ($image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{/* Names of the Secrets to pull by, those for all charts first; nothing where there is none. */}}
{{- define "parley.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat (.Values.global.imagePullSecrets | default list) .Values.imagePullSecrets }}
{{- $names = append $names (ternary . (dict "name" .) (kindIs "map" .)) }}
{{- end }}
{{- with $names | uniq }}
imagePullSecrets:
{{ toYaml . }}
{{- end }}
{{- end }}
