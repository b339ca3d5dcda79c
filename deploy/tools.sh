#!/usr/bin/env bash
# Fetch what `make check-deploy` runs, without root, into .cache/tools: promtool and Prometheus (Debian's package), Helm
# and the definitions of custom resources and of compose files (Go modules, Maven), the AsyncAPI parser (npm).
# What is there already stays. Versions stand here and nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."

HELM=v3.19.5
KUBERNETES_OF_HELM=1.34
KEDA=v2.16.1
PROMETHEUS_OPERATOR=v0.85.0
STRIMZI=0.49.1
ASYNCAPI_PARSER=3.6.6
COMPOSE=v2.9.0

TOOLS=$PWD/.cache/tools
mkdir -p "$TOOLS/bin" "$TOOLS/crds"

need() {
  command -v "$1" >/dev/null || { echo "check-deploy needs $1: $2" >&2; exit 1; }
}

# Whichever of the two is on the PATH is taken from there.
for program in promtool prometheus; do
  if ! command -v "$program" >/dev/null && [ ! -x "$TOOLS/bin/$program" ]; then
    need apt-get "install Prometheus so that $program is on the PATH"
    (
      work=$(mktemp -d)
      trap 'rm -rf "$work"' EXIT
      cd "$work"
      apt-get download prometheus || { apt-get update && apt-get download prometheus; }
      dpkg-deb --extract prometheus_*.deb unpacked
      cp unpacked/usr/bin/promtool unpacked/usr/bin/prometheus "$TOOLS/bin/"
    )
  fi
done

# The bare root that the image's steps are tried in; the package is a shell script.
if ! command -v debootstrap >/dev/null && [ ! -x "$TOOLS/debootstrap/usr/sbin/debootstrap" ] && [ "$(id -u)" = 0 ]; then
  need apt-get "install debootstrap"
  (
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    apt-get download debootstrap || { apt-get update && apt-get download debootstrap; }
    dpkg-deb --extract debootstrap_*.deb "$TOOLS/debootstrap"
  )
fi

if ! "$TOOLS/bin/helm" version 2>/dev/null | grep -q "\"$HELM\""; then
  need go "install Go 1.24 or later; Helm is built from its module (3 minutes, once)"
  version=helm.sh/helm/v3/internal/version.version=$HELM
  kube=helm.sh/helm/v3/pkg/chartutil
  GOBIN=$TOOLS/bin go install -trimpath -ldflags \
    "-s -w -X $version -X $kube.k8sVersionMajor=${KUBERNETES_OF_HELM%.*} -X $kube.k8sVersionMinor=${KUBERNETES_OF_HELM#*.}" \
    "helm.sh/helm/v3/cmd/helm@$HELM"
fi

# Definitions by module, version and path in it.
definition() {
  local kept=$TOOLS/crds/$2.${3##*/}
  if [ ! -f "$kept" ]; then
    need go "install Go 1.24 or later; definitions of custom resources come from Go modules"
    local folder
    folder=$(cd / && go mod download -json "$1@$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    install -m 644 "$folder/$3" "$kept"
  fi
}
definition github.com/kedacore/keda/v2 "$KEDA" config/crd/bases/keda.sh_scaledobjects.yaml
definition github.com/kedacore/keda/v2 "$KEDA" config/crd/bases/keda.sh_triggerauthentications.yaml
for kind in podmonitors prometheusrules; do
  definition github.com/prometheus-operator/prometheus-operator "$PROMETHEUS_OPERATOR" \
    "example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml"
done

definition github.com/compose-spec/compose-go/v2 "$COMPOSE" schema/compose-spec.json

# Strimzi publishes its definitions as classes only: tests/deploy/Strimzi.java reads the examples with them.
if [ ! -f "$TOOLS/strimzi/api-$STRIMZI.jar" ]; then
  need java "install Java 17 or later; Strimzi's classes read the example topics and users"
  need mvn "install Maven; Strimzi's classes come from Maven Central"
  mkdir -p "$TOOLS/strimzi"
  cat >"$TOOLS/strimzi/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>anamnesis</groupId><artifactId>strimzi</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.strimzi</groupId><artifactId>api</artifactId><version>$STRIMZI</version></dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$TOOLS/strimzi/pom.xml" \
    dependency:copy-dependencies -DoutputDirectory="$TOOLS/strimzi" -DincludeScope=runtime
fi

if [ ! -d "$TOOLS/npm/node_modules/@asyncapi/parser" ]; then
  need npm "install Node.js 20 or later; the AsyncAPI parser comes from npm"
  npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$TOOLS/npm" "@asyncapi/parser@$ASYNCAPI_PARSER"
fi
