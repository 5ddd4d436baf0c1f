# For a developer's shell, `. scripts/env.sh`: everything that `make test` sets up, and Node 24 first in PATH.
# shellcheck shell=bash
if parley_env=$("$(dirname "${BASH_SOURCE[0]}")/setup/setup.sh" test); then eval "$parley_env"; fi
unset parley_env
