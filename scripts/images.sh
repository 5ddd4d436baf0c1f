#!/usr/bin/env bash
# Sets up what images are made of, then builds them with a Docker engine: the one that answers, else one started for it.
#   REGISTRY (localhost), TAG (the version), BASE_IMAGE (the image to build on), OUT (a folder to save them in as a tar)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
found=$(scripts/setup/setup.sh images)
eval "$found"
exec scripts/engine.sh node scripts/images/main.ts
