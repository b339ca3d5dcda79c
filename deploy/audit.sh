#!/usr/bin/env bash
# Known vulnerabilities of what ships (requirements.lock). Exit 0: audited, none known; 1: some, listed; 2: not audited.
# An index without advisories answers as one that knows of none: so a version with an old, public advisory is asked
# first, and where the source does not know that one either, nothing is said of ours.
set -euo pipefail
cd "$(dirname "$0")/.."
audit=(.venv/bin/pip-audit --progress-spinner off --disable-pip --no-deps --strict)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# CVE-2020-14343 (PyYAML before 5.4).
echo 'pyyaml==5.3' >"$folder/known.txt"
for source in pypi osv; do
  if "${audit[@]}" --vulnerability-service "$source" --requirement "$folder/known.txt" >"$folder/known.out" 2>&1; then
    continue
  fi
  if ! grep -q 'pyyaml' "$folder/known.out" || ! grep -Eq '(CVE|GHSA|PYSEC)-' "$folder/known.out"; then
    continue
  fi
  echo "audit by $source:"
  exec "${audit[@]}" --vulnerability-service "$source" --require-hashes --requirement requirements.lock
done
echo 'not audited: no source of advisories answers here (asked: pypi, osv); run make audit where one can be reached' >&2
exit 2
