{{/* Names and labels. */}}

{{- define "parley.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* What every object's name begins with: the release's name, with the chart's where that is not in it already. Short enough for suffixes. */}}
{{- define "parley.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "parley.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "parley.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Labels by which Pods of one component are selected: (list $ "operator"). They can never change. */}}
{{- define "parley.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "parley.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of every object: (list $ "operator"). */}}
{{- define "parley.labels" -}}
{{- $root := index . 0 -}}
{{ include "parley.selectorLabels" . }}
app.kubernetes.io/part-of: parley
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The service account of a component: (list $ "operator" .Values.operator). */}}
{{- define "parley.serviceAccountName" -}}
{{- $account := (index . 2).serviceAccount -}}
{{- default (printf "%s-%s" (include "parley.fullname" (index . 0)) (index . 1)) $account.name }}
{{- end }}

{{/* Namespaces whose meetings are served, as a list in JSON; empty means all. Without rights in the whole cluster that is the release's own. */}}
{{- define "parley.watchNamespaces" -}}
{{- if .Values.watchNamespaces }}
{{- toJson .Values.watchNamespaces }}
{{- else if .Values.rbac.clusterScope }}
{{- toJson list }}
{{- else }}
{{- toJson (list .Release.Namespace) }}
{{- end }}
{{- end }}
