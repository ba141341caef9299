{{- define "galileo-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "galileo-gateway.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "galileo-gateway.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "galileo-gateway.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "galileo-gateway.selectorLabels" -}}
app.kubernetes.io/name: {{ include "galileo-gateway.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "galileo-gateway.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "galileo-gateway.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "galileo-gateway.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}
{{- end }}

{{- define "galileo-gateway.headersSecret" -}}
{{- if .Values.upstream.headersSecret -}}
{{ .Values.upstream.headersSecret }}
{{- else if .Values.upstream.headers -}}
{{ include "galileo-gateway.fullname" . }}-upstream-headers
{{- end }}
{{- end }}

{{- define "galileo-gateway.podLabels" -}}
{{ mergeOverwrite (dict) (.Values.podLabels | default dict) (include "galileo-gateway.labels" . | fromYaml) | toYaml }}
{{- end }}

{{- define "galileo-gateway.podAnnotations" -}}
{{- $annotations := dict }}
{{- if and .Values.upstream.headers (not .Values.upstream.headersSecret) }}
{{- /* Restarts the pods when the headers change. */}}
{{- $_ := set $annotations "checksum/upstream-headers" (toJson .Values.upstream.headers | sha256sum) }}
{{- end }}
{{- if and .Values.metrics.enabled (not .Values.metrics.podMonitor.enabled) }}
{{- $_ := set $annotations "prometheus.io/scrape" "true" }}
{{- $_ := set $annotations "prometheus.io/port" (toString .Values.metrics.port) }}
{{- $_ := set $annotations "prometheus.io/path" "/metrics" }}
{{- end }}
{{- with mergeOverwrite $annotations (.Values.podAnnotations | default dict) }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{- define "galileo-gateway.variables" -}}
- name: NODE_OPTIONS
  value: {{ printf "--max-old-space-size=%v %s" .Values.maxHeapMiB (.Values.nodeOptions | default "") | trim | quote }}
- name: HOST
  value: {{ .Values.host | quote }}
- name: PORT
  value: "4000"
{{- if .Values.metrics.enabled }}
- name: METRICS_PORT
  value: {{ .Values.metrics.port | quote }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{- if not (kindIs "invalid" $value) }}
{{- /* YAML reads on and off as booleans, and large numbers as floating-point numbers. */}}
- name: {{ $name }}
  value: {{ if kindIs "bool" $value }}{{ ternary "on" "off" $value | quote }}{{ else if kindIs "float64" $value }}{{ printf "%.0f" $value | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end }}
{{- if .Values.trustedDocuments.configMap }}
- name: TRUSTED_DOCUMENTS
  value: /etc/galileo-gateway/documents/{{ .Values.trustedDocuments.key }}
{{- end }}
{{- if .Values.upstream.tlsFiles.ca }}
- name: UPSTREAM_CA_FILE
  value: /etc/galileo-gateway/tls/ca.crt
{{- end }}
{{- if .Values.upstream.tlsFiles.clientCertificate }}
- name: UPSTREAM_CERT_FILE
  value: /etc/galileo-gateway/tls/tls.crt
- name: UPSTREAM_KEY_FILE
  value: /etc/galileo-gateway/tls/tls.key
{{- end }}
{{- with include "galileo-gateway.headersSecret" . }}
- name: UPSTREAM_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: UPSTREAM_HEADERS
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The API server rejects a list with the same name twice, or takes the last one. */}}
{{- define "galileo-gateway.env" -}}
{{- $variables := include "galileo-gateway.variables" . }}
{{- $names := list }}
{{- range fromYamlArray $variables }}
{{- if has .name $names }}
{{- fail (printf "%s is set twice: the chart sets it from another value" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- if and (or .Values.upstream.tlsFiles.ca .Values.upstream.tlsFiles.clientCertificate) (not .Values.upstream.tlsSecret) }}
{{- fail "upstream.tlsFiles needs upstream.tlsSecret" }}
{{- end }}
{{- $variables }}
{{- end }}
