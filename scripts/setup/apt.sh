#!/usr/bin/env bash
# Installs those of the distribution's packages that are missing; needs root or sudo only then.
#   apt.sh PACKAGE...
set -euo pipefail
step=packages
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
for package in "$@"; do installed "$package" || missing+=("$package"); done
((${#missing[@]})) || exit 0

has apt-get || die "this machine has no apt-get: install by hand what these packages hold: ${missing[*]}"
as_root=()
if ((EUID != 0)); then
  has sudo || die "needs root or sudo to install: ${missing[*]}"
  as_root=(sudo)
  [[ -t 2 ]] || as_root=(sudo -n)
  "${as_root[@]}" true 2>/dev/null || die "needs root or sudo without a password to install: ${missing[*]}"
fi

# A package's service must not start: the tests start their own, on ports of their own.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [[ -e $policy ]] && return
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
}

install() {
  say "installing ${missing[*]}"
  forbid_services
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
  # A source that is out of reach may be one that nothing here needs.
  quietly "${apt[@]}" update || say 'not every package source answered'
  quietly "${apt[@]}" install -y --no-install-recommends "${missing[@]}" || die "could not install ${missing[*]}"
}

locked apt install
# Nor start with the machine.
for package in "${missing[@]}"; do
  if [[ ($package == *-server || $package == containerd || $package == coturn) && -d /run/systemd/system ]]; then
    quietly "${as_root[@]}" systemctl disable "$package" || true
  fi
done
