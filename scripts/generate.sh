#!/usr/bin/env bash
# Writes every file that is generated; with --check it only says which are not what their sources say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
status=0
for generator in crds/generate.ts charts/generate.ts; do node "$generator" "$@" || status=1; done
exit "$status"
