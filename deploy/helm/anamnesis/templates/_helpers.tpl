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

{{/* A size in bytes, out of a number, a quantity of Kubernetes (5Gi) or a size as settings take it (1536MiB). */}}
{{- define "anamnesis.bytes" -}}
{{- if kindIs "string" . -}}
{{- $unit := regexReplaceAll "^[0-9. ]+" . "" | lower | trimSuffix "b" -}}
{{- $factor := get (dict "" 1 "k" 1e3 "m" 1e6 "g" 1e9 "t" 1e12 "ki" 1024 "mi" 1048576 "gi" 1073741824 "ti" 1099511627776) $unit -}}
{{- printf "%.0f" (mulf (regexFind "^[0-9.]+" . | float64) (float64 $factor)) -}}
{{- else -}}
{{- printf "%.0f" (float64 .) -}}
{{- end -}}
{{- end -}}

{{- define "anamnesis.check" -}}
{{- include "anamnesis.checkWorker" . -}}
{{- include "anamnesis.checkKafka" . -}}
{{- include "anamnesis.checkScaling" . -}}
{{- end -}}

{{- define "anamnesis.checkWorker" -}}
{{- $settings := .Values.settings -}}
{{- $drain := $settings.drain_deadline_seconds | default 60 | float64 -}}
{{- if lt (float64 .Values.terminationGracePeriodSeconds) (addf $drain 30) -}}
{{- fail (printf "terminationGracePeriodSeconds (%v) must be at least 30 above settings.drain_deadline_seconds (%v), or a stop becomes a kill" .Values.terminationGracePeriodSeconds $drain) -}}
{{- end -}}
{{- with ((.Values.resources).limits).memory -}}
{{- $recycle := $settings.shard_recycle_bytes | default "1536MiB" -}}
{{- $needed := addf 524288000 (mulf (float64 $.Values.shards) (include "anamnesis.bytes" $recycle | float64)) -}}
{{- if lt (include "anamnesis.bytes" . | float64) $needed -}}
{{- fail (printf "resources.limits.memory (%v) is below 500 MiB + shards (%v) x settings.shard_recycle_bytes (%v): the container would be killed before a shard is recycled; raise it to %.0fMi, or lower one of the two" . $.Values.shards $recycle (ceil (divf $needed 1048576))) -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $settings "http_port") (not $settings.http_port) -}}
{{- fail "settings.http_port (0) takes any free port, which probes and Prometheus cannot know: name one" -}}
{{- end -}}
{{- if and $settings.tracing_endpoint .Values.networkPolicy.enabled (not .Values.networkPolicy.extraEgress) -}}
{{- fail "settings.tracing_endpoint needs networkPolicy.extraEgress: nothing else lets traces out to the collector" -}}
{{- end -}}
{{- range $language, $profile := .Values.profiles -}}
{{- if and (hasPrefix "/etc/anamnesis/profiles/" $profile) (not (hasKey $.Values.profileFiles (base $profile))) -}}
{{- fail (printf "profiles.%s (%s) is not in profileFiles, which fills that folder" $language $profile) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "anamnesis.checkKafka" -}}
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
{{- end -}}

{{- define "anamnesis.checkScaling" -}}
{{- if include "anamnesis.scales" . -}}
{{- $scaling := .Values.autoscaling -}}
{{- if and (not $scaling.keda.enabled) (lt (int $scaling.minReplicas) 1) -}}
{{- fail "autoscaling.minReplicas (0) needs autoscaling.keda: CPU of no workers starts none" -}}
{{- end -}}
{{- if and (not $scaling.keda.enabled) (not ((.Values.resources).requests).cpu) -}}
{{- fail "autoscaling.hpa needs resources.requests.cpu: it scales on the share of it that is used" -}}
{{- end -}}
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
