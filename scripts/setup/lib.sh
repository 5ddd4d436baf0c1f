# shellcheck shell=bash
# What every set-up script shares; sourced, never run.
# Progress goes to stderr in lines like `[setup] worker: cached`; what a script finds goes to stdout.

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
cache=${PARLEY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/parley}

step=${step:-setup}
say() { printf '[setup] %s: %s\n' "$step" "$*" >&2; }
die() { # the reason also goes where setup.sh collects it
  say "$*"
  [[ -z ${SETUP_REASON:-} ]] || printf '%s\n' "$*" >>"$SETUP_REASON"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

machine=$(uname -m)

# content_key FILE_OR_FOLDER...: a short name for what these files hold (paths are relative to the repository).
content_key() {
  (cd "$root" && find "$@" -type f -not -name '*.md' -not -path '*/node_modules/*' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# locked NAME COMMAND...: runs the command while nobody else on this machine runs one under this name.
locked() {
  local name=$1
  shift
  mkdir -p "$cache"
  (
    if ! flock -n 9; then
      say 'another run is at it, waiting'
      flock 9
    fi
    "$@"
  ) 9>"$cache/$name.lock"
}

# quietly COMMAND...: its output only where it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# make_scratch FOLDER: sets $work, a folder in that one (so that what is made there moves to its place in one step);
# it is gone when this shell, or the one of `locked`, ends.
make_scratch() {
  mkdir -p "$1"
  work=$(mktemp -d "$1/making.XXXXXX")
  trap 'rm -rf "$work"' EXIT
}
