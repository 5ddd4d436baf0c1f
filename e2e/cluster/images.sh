#!/usr/bin/env bash
# Builds the images that every node gets: localhost/pause:1, and localhost/busybox:1 with `udp-echo PORT` beside busybox.
#   images.sh FOLDER
set -euo pipefail

here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
mkdir -p "$1"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

mkdir -p "$work/pause" "$work/busybox/bin" "$work/busybox/tmp"
gcc -static -Os -s -o "$work/pause/pause" "$here/pause.c"
"$here/image.sh" "$work/pause" localhost/pause:1 "$1/pause.tar" /pause
gcc -static -Os -s -o "$work/busybox/bin/udp-echo" "$here/udp-echo.c"
cp /bin/busybox "$work/busybox/bin/"
chroot "$work/busybox" /bin/busybox --install -s /bin
"$here/image.sh" "$work/busybox" localhost/busybox:1 "$1/busybox.tar" /bin/sh
