{{/* Names, labels, and the checks that a schema cannot make. */}}

{{- define "anamnesis.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "anamnesis.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "anamnesis.labels" -}}
{{- $own := dict "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_") "app.kubernetes.io/version" .Chart.AppVersion "app.kubernetes.io/managed-by" .Release.Service "app.kubernetes.io/component" "worker" -}}
{{- merge (include "anamnesis.selector" . | fromYaml) $own .Values.commonLabels | toYaml -}}
{{- end -}}

{{- define "anamnesis.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "anamnesis.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "anamnesis.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "anamnesis.workloadKind" -}}
{{- ternary "StatefulSet" "Deployment" .Values.staticMembership -}}
{{- end -}}

{{- define "anamnesis.scales" -}}
{{- if or .Values.autoscaling.keda.enabled .Values.autoscaling.hpa.enabled -}}yes{{- end -}}
{{- end -}}

{{/* The value of a setting as the environment has it: numbers without an exponent, lists and maps as JSON. */}}
{{- define "anamnesis.setting" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{- printf "%.0f" . -}}{{- else -}}{{- . -}}{{- end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- define "anamnesis.check" -}}
{{- $drain := .Values.settings.drain_deadline_seconds | default 60 | float64 -}}
{{- if le (float64 .Values.terminationGracePeriodSeconds) $drain -}}
{{- fail (printf "terminationGracePeriodSeconds (%v) must be above settings.drain_deadline_seconds (%v), or a stop becomes a kill" .Values.terminationGracePeriodSeconds $drain) -}}
{{- end -}}
{{- if and .Values.kafka.sasl.mechanism (not .Values.kafka.sasl.existingSecret) -}}
{{- fail "kafka.sasl.mechanism needs kafka.sasl.existingSecret, the Secret with user name and password" -}}
{{- end -}}
{{- if and .Values.kafka.sasl.existingSecret (not .Values.kafka.sasl.mechanism) -}}
{{- fail "kafka.sasl.existingSecret without kafka.sasl.mechanism; set it to PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512" -}}
{{- end -}}
{{- if and (not .Values.kafka.tls.enabled) (or .Values.kafka.tls.caSecret .Values.kafka.tls.clientSecret) -}}
{{- fail "kafka.tls.caSecret and kafka.tls.clientSecret need kafka.tls.enabled: true" -}}
{{- end -}}
{{- $topics := .Values.kafka.topics -}}
{{- if ne (len (uniq (list $topics.input $topics.output $topics.deadletter))) 3 -}}
{{- fail "kafka.topics.input, output and deadletter must be three different topics" -}}
{{- end -}}
{{- if include "anamnesis.scales" . -}}
{{- $scaling := .Values.autoscaling -}}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{- fail (printf "autoscaling.minReplicas (%v) is above autoscaling.maxReplicas (%v)" $scaling.minReplicas $scaling.maxReplicas) -}}
{{- end -}}
{{- if gt (int $scaling.maxReplicas) (int .Values.kafka.partitions) -}}
{{- fail (printf "autoscaling.maxReplicas (%v) is above kafka.partitions (%v): the others would be idle" $scaling.maxReplicas .Values.kafka.partitions) -}}
{{- end -}}
{{- if and $scaling.keda.enabled .Values.kafka.transactionalInput -}}
{{- range $name := list "lagThreshold" "activationLagThreshold" -}}
{{- if le (int (get $scaling.keda $name)) (int $.Values.kafka.partitions) -}}
{{- fail (printf "autoscaling.keda.%s (%v) must be above kafka.partitions (%v) with kafka.transactionalInput: one control record a partition always counts as lag" $name (get $scaling.keda $name) $.Values.kafka.partitions) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- else if gt (int .Values.replicas) (int .Values.kafka.partitions) -}}
{{- fail (printf "replicas (%v) is above kafka.partitions (%v): the others would be idle" .Values.replicas .Values.kafka.partitions) -}}
{{- end -}}
{{- end -}}
