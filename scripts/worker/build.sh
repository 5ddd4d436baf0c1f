#!/usr/bin/env bash
# Builds mediasoup-worker from the sources inside the mediasoup npm package, with libraries and tools of the
# distribution instead of downloads (README.md beside this file says why each step is there).
#
#   build.sh PACKAGE_DIR OUTPUT
#
# PACKAGE_DIR  node_modules/mediasoup; it is copied, not changed
# OUTPUT       the file to write; it fits only the mediasoup of the same version
#
# Environment: JOBS (default: all processors), MESON_ARGS (more options for `meson setup`),
# SRTP=openssl (libsrtp2 from the distribution's source package, compiled in, with OpenSSL; the default where that
# source can be fetched) or SRTP=system (the distribution's libsrtp2, which uses NSS and costs more CPU a packet),
# SETUP_ONLY=1 (stop after `meson setup`: tells in seconds whether this machine has what the build needs).
set -euo pipefail

if (($# != 2)) || [[ ! -f $1/worker/meson.build ]]; then
  sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
package=$(realpath "$1")
output=$(realpath -m "$2")
recipe=$(dirname "$(realpath "$0")")
apt=$recipe/../setup/apt.sh

packages=(g++ meson ninja-build pkg-config libuv1-dev libssl-dev libflatbuffers-dev flatbuffers-compiler)
case ${SRTP:=auto} in
  openssl | auto) packages+=(dpkg-dev patch xz-utils) ;;
  system) packages+=(libsrtp2-dev) ;;
  *)
    echo 'SRTP must be openssl or system' >&2
    exit 2
    ;;
esac
"$apt" "${packages[@]}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The distribution's libsrtp2 source, from the same places and checked with the same keys as its packages; apt's own
# settings and lists stay as they are.
srtp_source() ( # FOLDER
  mkdir -p "$work/apt/sources" "$work/apt/lists/partial" "$work/apt/source" || exit
  cd "$work/apt/source" || exit
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ ! -f $file ]] || sed -n 's/^deb\([[:space:]]\)/deb-src\1/p' "$file" >>"$work/apt/sources/all.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ ! -f $file ]] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/sources/$(basename "$file")"
  done
  from_sources=(apt-get -q -o "APT::Sandbox::User=$(id -un)" -o Dir::Etc::SourceList=/dev/null
    -o Dir::Etc::SourceParts="$work/apt/sources" -o Dir::State::Lists="$work/apt/lists"
    -o Dir::Cache="$work/apt" -o Debug::NoLocking=true)
  "${from_sources[@]}" update || true # a source that this does not need may be out of reach
  "${from_sources[@]}" source libsrtp2 && mv libsrtp2-*/ "$1"
)
if [[ $SRTP != system ]] && ! srtp_source "$work/libsrtp2"; then
  [[ $SRTP == auto ]] || exit 1
  echo "no libsrtp2 source package: linking the distribution's library (NSS, slower)" >&2
  SRTP=system
  "$apt" libsrtp2-dev
fi

cp -R "$package/worker" "$work/worker"
cd "$work/worker"

# Stand-ins for the libraries that the worker's build would download.
rm -f subprojects/*.wrap
cp -R "$recipe/subprojects/." subprojects/
[[ $SRTP == system ]] || mv "$work/libsrtp2" subprojects/libsrtp2

# Edit 1: Debian 12 has meson 1.0, which is enough.
sed -i "s/meson_version: '>= 1\.1\.0'/meson_version: '>= 1.0.0'/" meson.build

# Edit 2: the BIO callback must hand on the result of every control call, but looks for BIO_CB_RETURN alone, which is a
# flag. With the distribution's OpenSSL the worker then dies in the first DTLS handshake.
dtls=src/RTC/DtlsTransport.cpp
sed -i 's/operationType == BIO_CB_RETURN)/operationType \& BIO_CB_RETURN)/' "$dtls"
if ! grep -q 'operationType & BIO_CB_RETURN)' "$dtls"; then
  echo "$dtls changed: see whether onSslBioOut() returns 'ret' for every BIO_CB_RETURN call" >&2
  exit 1
fi

# As upstream's release build, minus the downloads.
read -ra more <<<"${MESON_ARGS:-}"
meson setup --buildtype release -Db_ndebug=true --wrap-mode=nodownload "${more[@]}" "$work/build"
if [[ -n ${SETUP_ONLY:-} ]]; then
  echo 'meson setup succeeded; not building'
  exit 0
fi
ninja -C "$work/build" ${JOBS:+-j "$JOBS"} mediasoup-worker

mkdir -p "$(dirname "$output")"
install -m 755 "$work/build/mediasoup-worker" "$output"
echo "built $output ($(sed -n 's/.*"version": "\(.*\)".*/mediasoup \1/p' "$package/package.json" | head -n 1))"
