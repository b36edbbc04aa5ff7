#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Makes the Linux guest's initramfs: busybox, tpm2-tools and their libraries from this machine, the guest's checks, and
# kernel modules from a folder. Same files in, same bytes out. It is not compressed: unpacking would cost a simulated
# processor more time than loading it.
#   usage: initramfs.sh OUT.cpio [MODULES-DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
(($# == 1 || $# == 2)) || {
	echo "usage: $0 OUT.cpio [MODULES-DIR]" >&2
	exit 2
}
out=$1
modules=${2:-}
umask 022
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

copy() { # FILE: with the libraries it names, at the same place
	local file library
	for file in "$@"; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
		while read -r library; do
			[[ -e $root$library ]] || { mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library"; }
		done < <(ldd "$file" 2>/dev/null | grep -o '/[^ ]*')
	done
}

mkdir -p "$root"/{bin,checks,modules}
busybox=$(command -v busybox)
! ldd "$busybox" >/dev/null 2>&1 || {
	echo "initramfs.sh: $busybox is not static; package busybox-static is" >&2
	exit 1
}
cp "$busybox" "$root/bin/busybox"
tpm2=$(command -v tpm2)
copy "$tpm2" "$(ldconfig -p | awk '$1 == "libtss2-tcti-device.so.0" { print $NF; exit }')"
for tool in "$(dirname "$tpm2")"/tpm2_*; do
	ln -s "$tpm2" "$root/bin/$(basename "$tool")"
done
cp "$here"/guest/*.sh "$root/checks/"
cp "$here/guest/init" "$root/init"
chmod 755 "$root/init"
if [[ $modules != '' ]]; then
	find "$modules" -name '*.ko' -size +0 -exec cp '{}' "$root/modules/" ';'
fi
find "$root" -exec touch -h -d @0 '{}' +
mkdir -p "$(dirname "$out")"
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --quiet --create --format=newc --reproducible --owner=0:0) \
	>"$out.new"
mv "$out.new" "$out"
