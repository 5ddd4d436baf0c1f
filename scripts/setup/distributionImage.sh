#!/usr/bin/env bash
# Prints the tar of an image made from this machine's distribution, cached by content: its essential packages, others, and files.
#   distributionImage.sh NAME [FILE:PATH_IN_IMAGE]... -- PACKAGE...
# The image is localhost/parley-NAME:KEY, the tar .../parley-NAME-KEY.tar; `docker load` and `ctr images import` take it.
set -euo pipefail
step="image $1"
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

image=$1
shift
files=()
while (($#)) && [[ $1 != -- ]]; do
  files+=("$1")
  shift
done
shift
packages=("$@")

[[ -r /etc/os-release ]] || die 'only Debian and Ubuntu can make one'
. /etc/os-release
{ [[ -n ${VERSION_CODENAME:-} ]] && has apt-get; } || die "only Debian and Ubuntu can make one, this is ${PRETTY_NAME:-unknown}"
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
  [[ ! -s $file ]] || sources+=("$file")
done

key=$({
  printf '%s\n' "$ID" "$VERSION_CODENAME" "$machine" "${packages[@]}"
  sha256sum scripts/setup/distributionImage.sh e2e/cluster/image.sh
  for file in "${files[@]}"; do
    sha256sum "${file%%:*}" | cut -d' ' -f1
    printf '%s\n' "${file#*:}"
  done
} | sha256sum | cut -c1-16)
tar=$cache/images/parley-$image-$key.tar

make_image() {
  [[ ! -f $tar ]] || return 0
  has mmdebstrap || "$root/scripts/setup/apt.sh" mmdebstrap
  say "making it from the packages of $ID $VERSION_CODENAME (half a minute)"
  make_scratch "$cache/images"
  local hooks=() file
  for file in "${files[@]}"; do
    hooks+=("--customize-hook=mkdir -p \"\$1/$(dirname "${file#*:}")\" && cp \"$root/${file%%:*}\" \"\$1/${file#*:}\"")
  done
  # One time for all files, so that the same packages make the same image.
  SOURCE_DATE_EPOCH=0 quietly mmdebstrap --variant=essential --include="$(IFS=,; printf '%s' "${packages[*]}")" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    "${hooks[@]}" "$VERSION_CODENAME" "$work/root.tar" "${sources[@]}" || die 'mmdebstrap failed'
  "$root/e2e/cluster/image.sh" "$work/root.tar" "localhost/parley-$image:$key" "$work/image.tar"
  mv "$work/image.tar" "$tar"
}

if [[ -f $tar ]]; then
  say 'cached'
else
  locked "image-$image" make_image
  say 'ready'
fi
printf '%s\n' "$tar"
