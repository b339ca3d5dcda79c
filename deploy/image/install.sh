#!/bin/sh
# The steps of the image, run by the Dockerfile and by a test in a bare Debian root.
#   install.sh build   in the folder with the lock and the three packages: /opt/anamnesis from the lock, and nothing else
#   install.sh finish  in the last stage: the user, the one folder that it writes to
# Needs python3 with venv; no compiler: every dependency of the lock comes as a wheel.
set -eu

TARGET=/opt/anamnesis

build() {
  python3 -m venv "$TARGET"
  "$TARGET/bin/python" -m pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-tracing.lock
  # The wheel is built with the pinned hatchling, in an environment that does not reach the last stage.
  work=$(mktemp -d)
  python3 -m venv "$work/venv"
  "$work/venv/bin/python" -m pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-build.lock
  "$work/venv/bin/python" -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir "$work/dist" .
  "$TARGET/bin/python" -m pip install --no-cache-dir --no-deps --no-index "$work"/dist/*.whl
  rm -rf "$work"
  # Nothing is installed into a running container.
  "$TARGET/bin/python" -m pip uninstall --yes --quiet pip
  "$TARGET/bin/python" -m compileall -q -j 0 "$TARGET/lib"
}

finish() {
  useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin anamnesis
  install -d -o anamnesis -g anamnesis /var/lib/anamnesis
}

case ${1-} in
  build) build ;;
  finish) finish ;;
  *) echo "usage: install.sh build | finish" >&2; exit 2 ;;
esac
