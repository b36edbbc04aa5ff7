#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Makes the Linux guest's initramfs: busybox, tpm2-tools and svsm-attest with their libraries from this machine, the guest's
# checks, and kernel modules from a folder. Same files in, same bytes out. It is not compressed: unpacking would cost a
# simulated processor more time than loading it.
#   usage: initramfs.sh OUT.cpio SVSM-ATTEST [MODULES-DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
(($# == 2 || $# == 3)) || {
	echo "usage: $0 OUT.cpio SVSM-ATTEST [MODULES-DIR]" >&2
	exit 2
}
out=$1
svsm_attest=$2
modules=${3:-}
umask 022
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

copy_libraries() { # FILE: those it names, at the same place
	local library
	while read -r library; do
		[[ -e $root$library ]] || { mkdir -p "$root$(dirname "$library")" && cp -L "$library" "$root$library"; }
	done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

copy() { # FILE...: at the same place, with its libraries
	local file
	for file in "$@"; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
		copy_libraries "$file"
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
cp "$svsm_attest" "$root/bin/svsm-attest"
copy_libraries "$svsm_attest"
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
