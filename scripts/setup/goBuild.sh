# shellcheck shell=bash
# What is made from Go modules by e2e/cluster/build.sh; sourced, never run.

# go_build WHAT FOLDER: fills the folder, unless somebody else did meanwhile. Several gigabytes of modules and objects, which
# are needed once, go with the scratch folder, but for those who name caches of their own by GOCACHE and GOMODCACHE.
go_build() {
  [[ ! -d $2 ]] || return 0
  local go
  go=$("$root/scripts/setup/go.sh")
  make_scratch "$(dirname "$2")"
  PATH=$(dirname "$go"):$PATH GOTOOLCHAIN=local GOFLAGS=-modcacherw \
    GOCACHE=${GOCACHE:-$work/objects} GOMODCACHE=${GOMODCACHE:-$work/modules} \
    quietly "$root/e2e/cluster/build.sh" "$work/bin" "$1" || die 'the build failed'
  mv "$work/bin" "$2"
}
