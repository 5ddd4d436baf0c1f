{{/* What the operator may do, each rule with its reason; charts/rbac.ts tells why, and a test holds the one against the other. */}}

{{- define "parley.rules.own" -}}
# Leads by the Lease; it is made by the first replica, and found again after somebody deleted it.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, create, patch]
# Pools: the operator makes those of the values, and writes its image into one that has none.
- apiGroups: [parley.media]
  resources: [medianodepools]
  verbs: [get, list, watch, create, patch]
# Media nodes: one is made and never changed, but for its status.
- apiGroups: [parley.media]
  resources: [medianodes]
  verbs: [get, list, watch, create, delete]
- apiGroups: [parley.media]
  resources: [medianodepools/status, medianodes/status]
  verbs: [patch]
# One Pod a media node.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete]
# One budget a pool, which keeps a Pod with people from eviction.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
# What happens to pools and nodes is told in Events.
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- define "parley.rules.meetings" -}}
# Meetings, those that are made by a join included; they are deleted when their time after the end is over.
- apiGroups: [parley.media]
  resources: [meetings]
  verbs: [get, list, watch, create, delete]
- apiGroups: [parley.media]
  resources: [meetings/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{- define "parley.rules.namespaces" -}}
# Which namespaces there are: no meeting is made in another.
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
{{- end }}

{{- define "parley.rules.nodes" -}}
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
{{- end }}
