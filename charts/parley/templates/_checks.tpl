{{/* What values that are each right say wrongly together, and Secrets that are not there: all of it at once, in words. */}}
{{- define "parley.checks" -}}
{{- $faults := list -}}
{{- $signaling := .Values.signaling -}}
{{- $external := .Values.redis.external -}}
{{- if and .Values.redis.enabled (or $external.url $external.existingSecret) -}}
{{- $faults = append $faults "redis.external is not used while redis.enabled is true: set redis.enabled=false" -}}
{{- end -}}
{{- if and (not .Values.redis.enabled) (not $external.url) (not $external.existingSecret) (gt (int $signaling.replicas) 1) -}}
{{- $faults = append $faults "signaling.replicas is above 1 and there is no Redis to share chat by: set redis.enabled=true, redis.external.url or redis.external.existingSecret, or signaling.replicas=1" -}}
{{- end -}}
{{- if and $signaling.tls.enabled (eq (ternary 1 0 $signaling.tls.certManager.enabled) (ternary 1 0 (ne $signaling.tls.existingSecret ""))) -}}
{{- $faults = append $faults "signaling.tls.enabled needs one of signaling.tls.existingSecret and signaling.tls.certManager.enabled" -}}
{{- end -}}
{{- if $signaling.tls.certManager.enabled -}}
{{- if not $signaling.tls.certManager.issuerRef.name -}}
{{- $faults = append $faults "signaling.tls.certManager needs issuerRef.name" -}}
{{- end -}}
{{- if not $signaling.tls.certManager.dnsNames -}}
{{- $faults = append $faults "signaling.tls.certManager needs dnsNames" -}}
{{- end -}}
{{- end -}}
{{- if and $signaling.ingress.enabled (not $signaling.ingress.host) -}}
{{- $faults = append $faults "signaling.ingress.enabled needs signaling.ingress.host" -}}
{{- end -}}
{{- if and $signaling.gateway.enabled (not $signaling.gateway.parentRefs) -}}
{{- $faults = append $faults "signaling.gateway.enabled needs signaling.gateway.parentRefs" -}}
{{- end -}}
{{- if .Values.turn.enabled -}}
{{- if not .Values.turn.host -}}
{{- $faults = append $faults "turn.enabled needs turn.host: the name or address by which clients reach the TURN server" -}}
{{- end -}}
{{- if not .Values.turn.peers -}}
{{- $faults = append $faults "turn.enabled needs turn.peers: the addresses of media Pods, such as the cluster's range for Pods (10.244.0.0-10.244.255.255); it relays to no other" -}}
{{- end -}}
{{- else if and .Values.turn.urls (not .Values.secrets.turnSecret.existingSecret) -}}
{{- range .Values.turn.urls -}}
{{- if hasPrefix "turn" . -}}
{{- $faults = append $faults (printf "turn.urls has %s: its server's secret is needed, secrets.turnSecret.existingSecret" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if ne (empty .Values.secrets.placementTokens.existingSecret) (empty .Values.secrets.placementToken.existingSecret) -}}
{{- $faults = append $faults "secrets.placementTokens and secrets.placementToken belong together: give both an existingSecret, or neither" -}}
{{- end -}}
{{- if not .Values.hooks.keys.enabled -}}
{{- range $name, $_ := include "parley.secretItems" . | fromYaml -}}
{{- if and (not (index $.Values.secrets $name).existingSecret) (include "parley.usesSecret" (list $ $name)) -}}
{{- $faults = append $faults (printf "secrets.%s needs an existingSecret, since hooks.keys.enabled is false and nothing makes it" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $faults = concat $faults (include "parley.missingSecrets" . | fromJsonArray) -}}
{{- if $faults -}}
{{- fail (printf "\n\nThese values cannot be installed:\n  - %s\n" ($faults | uniq | join "\n  - ")) -}}
{{- end -}}
{{- end }}

{{/* Whether anything reads a secret: (list $ "turnSecret"). */}}
{{- define "parley.usesSecret" -}}
{{- $values := (index . 0).Values -}}
{{- $item := index . 1 -}}
{{- if eq $item "turnSecret" }}{{ if or $values.turn.enabled $values.turn.urls }}yes{{ end }}
{{- else if eq $item "redisPassword" }}{{ if $values.redis.enabled }}yes{{ end }}
{{- else }}yes{{ end }}
{{- end }}

{{/* Faults of Secrets that the values name and the namespace lacks. Rendered without a cluster nothing can be looked up, and none is named. */}}
{{- define "parley.missingSecrets" -}}
{{- $faults := list -}}
{{- $wanted := list -}}
{{- range $name, $item := .Values.secrets -}}
{{- if $item.existingSecret -}}
{{- $wanted = append $wanted (dict "path" (printf "secrets.%s" $name) "secret" $item.existingSecret "key" $item.key) -}}
{{- end -}}
{{- end -}}
{{- with .Values.redis.external -}}
{{- if .existingSecret -}}
{{- $wanted = append $wanted (dict "path" "redis.external" "secret" .existingSecret "key" .key) -}}
{{- end -}}
{{- end -}}
{{- with .Values.signaling.tls -}}
{{- if and .enabled .existingSecret -}}
{{- $wanted = append $wanted (dict "path" "signaling.tls" "secret" .existingSecret "key" "tls.crt") -}}
{{- end -}}
{{- end -}}
{{- if $wanted -}}
{{- if lookup "v1" "Secret" .Release.Namespace "" -}}
{{- range $wanted -}}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace .secret -}}
{{- if not $secret -}}
{{- $faults = append $faults (printf "%s.existingSecret: there is no Secret %s in the namespace %s; make it first" .path .secret $.Release.Namespace) -}}
{{- else if not (hasKey ($secret.data | default dict) .key) -}}
{{- $faults = append $faults (printf "%s: the Secret %s has no key %s" .path .secret .key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
