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
  (cd "$root" && find "$@" -type f -not -name '*.md' -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 |
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

# quietly COMMAND...: its output only where it fails; every minute a line that tells how far it is.
quietly() {
  local log status=0 ticker
  log=$(mktemp)
  tick "$log" >&2 &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  ((status == 0)) || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$status"
}

# Waits with a builtin: a `sleep` would outlive its parent and hold the output open.
tick() { # LOG
  local started=$SECONDS
  exec 8<> <(:)
  while ! read -rt 60 -u 8; do
    say "$(((SECONDS - started) / 60)) min: $(tail -n 1 "$1" | tr -d '\r' | cut -c1-70)"
  done
}

# make_scratch FOLDER: sets $work, a folder in that one (so that what is made there moves to its place in one step);
# it is gone when this shell, or the one of `locked`, ends.
make_scratch() {
  mkdir -p "$1"
  work=$(mktemp -d "$1/making.XXXXXX")
  trap 'rm -rf "$work"' EXIT
}
