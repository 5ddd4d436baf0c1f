# For a developer's shell, `. scripts/env.sh`: everything that `make test` sets up, and Node 24 first in PATH.
# shellcheck shell=bash
parley_setup=$(dirname "${BASH_SOURCE[0]}")/setup
if parley_env=$("$parley_setup/setup.sh" test); then
  eval "$parley_env"
  if parley_env=$("$parley_setup/web.sh"); then export PARLEY_WEB_DIR=$parley_env; fi
fi
unset parley_env parley_setup
