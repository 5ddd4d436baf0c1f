{{/*
Whether this release installs a definition: (list $ name hash). Definitions outlive the release that made them (crds.keep), and Helm lets no
other touch them. Where the one in the cluster is the same, another release does without; where it differs, somebody has to decide.
*/}}
{{- define "parley.isDefinitionOurs" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $present := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name -}}
{{- if or (not $present) $root.Values.crds.takeOwnership -}}
yes
{{- else -}}
{{- $annotations := $present.metadata.annotations | default dict -}}
{{- $isOwn := and (eq (index $annotations "meta.helm.sh/release-name" | default "") $root.Release.Name) (eq (index $annotations "meta.helm.sh/release-namespace" | default "") $root.Release.Namespace) -}}
{{- if $isOwn -}}
yes
{{- else if ne (index $annotations "parley.media/definition" | default "") (index . 2) -}}
{{- fail (printf "\n\nThe CustomResourceDefinition %s is another one than this chart's, and was installed by %s.\nTake it over with --take-ownership --set crds.takeOwnership=true, or leave it as it is with --set crds.enabled=false.\n" $name (index $annotations "meta.helm.sh/release-name" | default "somebody else")) -}}
{{- end -}}
{{- end -}}
{{- end }}
