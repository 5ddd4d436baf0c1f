#!/usr/bin/env bash
# Sets up what the demo needs, then becomes the demo (so that Ctrl-C reaches it and nothing else).
#   demo.sh [--nodes N] [--address IP]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=$(scripts/setup/setup.sh demo)
eval "$found"
exec node e2e/demo/main.ts "$@"
