{{/* The worker's environment: what the chart itself decides, then `settings`, then extraEnv. */}}
{{- define "anamnesis.env" -}}
- {name: ANAMNESIS_BOOTSTRAP_SERVERS, value: {{ .Values.kafka.bootstrapServers | quote }}}
- {name: ANAMNESIS_GROUP_ID, value: {{ .Values.kafka.groupId | quote }}}
- {name: ANAMNESIS_INPUT_TOPIC, value: {{ .Values.kafka.topics.input | quote }}}
- {name: ANAMNESIS_OUTPUT_TOPIC, value: {{ .Values.kafka.topics.output | quote }}}
- {name: ANAMNESIS_DEADLETTER_TOPIC, value: {{ .Values.kafka.topics.deadletter | quote }}}
- {name: ANAMNESIS_PROFILES, value: {{ toJson .Values.profiles | quote }}}
- {name: ANAMNESIS_SHARDS, value: {{ .Values.shards | quote }}}
- {name: ANAMNESIS_STATE_DIR, value: /var/lib/anamnesis}
- {name: ANAMNESIS_LOG_FORMAT, value: json}
{{- if .Values.staticMembership }}
- name: ANAMNESIS_GROUP_INSTANCE_ID
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
{{- with .Values.kafka.sasl }}
{{- if .mechanism }}
- {name: ANAMNESIS_SASL_MECHANISM, value: {{ .mechanism | quote }}}
- name: ANAMNESIS_SASL_USERNAME
  valueFrom: {secretKeyRef: {name: {{ .existingSecret }}, key: {{ .usernameKey }}}}
- {name: ANAMNESIS_SASL_PASSWORD_FILE, value: {{ printf "/etc/anamnesis/sasl/%s" .passwordKey | quote }}}
{{- end }}
{{- end }}
{{- with .Values.kafka.tls }}
{{- if .enabled }}
- {name: ANAMNESIS_TLS_ENABLED, value: "true"}
{{- if .caSecret }}
- {name: ANAMNESIS_TLS_CA_FILE, value: {{ printf "/etc/anamnesis/ca/%s" .caKey | quote }}}
{{- end }}
{{- if .clientSecret }}
- {name: ANAMNESIS_TLS_CERT_FILE, value: {{ printf "/etc/anamnesis/client/%s" .certKey | quote }}}
- {name: ANAMNESIS_TLS_KEY_FILE, value: {{ printf "/etc/anamnesis/client/%s" .keyKey | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: ANAMNESIS_{{ upper $name }}, value: {{ include "anamnesis.setting" $value | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
