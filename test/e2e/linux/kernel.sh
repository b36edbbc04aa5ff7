#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Provides a Linux kernel for the guest and prints its folder in the cache, which holds bzImage, config and version.
#   usage: kernel.sh [--cached] {svsm|stock}
# svsm: upstream sources from Debian's package, built with kernel.config beside this file: the only one with the vTPM
# driver. stock: Debian's own 6.12 cloud kernel, unchanged; its folder also has modules/, numbered in the order in which they
# can be loaded.
# A kernel in the cache is taken as it is, without network; its folder is keyed by version and, when built here, by
# configuration and compiler; of stock, by the modules that are taken. With --cached, nothing is fetched or built. The cache is $SVSM_CACHE, by default
# ${XDG_CACHE_HOME:-~/.cache}/svsm. Exit status: 0; 77 when the kernel cannot be had; 1 when the build fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/e2e/linux/packages.sh
source "$here/packages.sh"

SOURCE_SUITE=forky SOURCE_PACKAGE=linux-source-7.2
STOCK_SUITE=bookworm-backports STOCK_PATTERN='^linux-image-6\.12\..*-cloud-amd64$'
# sev-guest asks for gcm(aes) when it is probed, so that gcm and ghash have to be there before
STOCK_MODULES='ghash-generic gcm sev-guest'
cached=false work=''

# finish_folder WORK FOLDER: a folder appears complete or not at all, also when two runs make it at once
finish_folder() {
	mv -T "$1" "$2" 2>/dev/null || [[ -f $2/bzImage ]]
}

newest() { # GLOB...: the newest complete folder among those that exist
	local folder
	for folder in "$@"; do
		[[ ! -f $folder/bzImage ]] || echo "$folder"
	done | sort -V | tail -n 1
}

not_cached() {
	! $cached || packages_missing "no $1 kernel in $SVSM_CACHE; run $0 $1 to get it"
}

configuration_key() {
	{ cat "$here/kernel.config"; "${CC:-gcc}" -dumpfullversion; } | sha256sum | head -c 12
}

build() { # SOURCE-TREE WORK
	(cd "$1" &&
		make -s tinyconfig &&
		scripts/kconfig/merge_config.sh -m .config "$here/kernel.config" &&
		make -s olddefconfig) || return
	# Every option asked for has to be there: one that Kconfig dropped would only show as a strange failure later
	grep -v '^#' "$here/kernel.config" | sed 's/^\(CONFIG_[A-Z0-9_]*\)=n$/# \1 is not set/' |
		grep -vxF -f "$1/.config" >"$2/dropped" || true
	if [[ -s $2/dropped ]] && grep -v ' is not set$' "$2/dropped"; then
		echo 'kernel.sh: Kconfig does not accept the options above' >&2
		return 1
	fi
	rm "$2/dropped"
	make -s -C "$1" -j"$(nproc)" KBUILD_BUILD_TIMESTAMP='1970-01-01' KBUILD_BUILD_USER=svsm KBUILD_BUILD_HOST=svsm \
		bzImage || return
	cp "$1/arch/x86/boot/bzImage" "$2/bzImage"
	cp "$1/.config" "$2/config"
}

svsm_kernel() {
	local key folder version
	key=$(configuration_key)
	folder=$(newest "$SVSM_CACHE/${SOURCE_PACKAGE}_"*"_$key")
	if [[ $folder == '' ]]; then
		not_cached svsm
		packages_update "$SOURCE_SUITE"
		version=$(packages_version "$SOURCE_SUITE" "$SOURCE_PACKAGE")
		[[ $version != '' ]] || packages_missing "$SOURCE_SUITE has no $SOURCE_PACKAGE any more"
		folder=$SVSM_CACHE/${SOURCE_PACKAGE}_${version}_$key
		work=$(mktemp -d "$SVSM_CACHE/work.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		mkdir "$work/out" "$work/deb" "$work/source"
		echo "kernel: fetching $SOURCE_PACKAGE $version" >&2
		packages_fetch "$SOURCE_SUITE" "$SOURCE_PACKAGE" "$work/deb"
		dpkg-deb --fsys-tarfile "$work/deb/"*.deb | tar -xO "./usr/src/$SOURCE_PACKAGE.tar.xz" |
			tar -xJ -C "$work/source" --strip-components=1
		echo 'kernel: building it, about four minutes on two idle cores' >&2
		build "$work/source" "$work/out" >"$SVSM_CACHE/build.log" 2>&1 || {
			tail -n 30 "$SVSM_CACHE/build.log" >&2
			echo "kernel.sh: the build failed; whole log in $SVSM_CACHE/build.log" >&2
			exit 1
		}
		echo "$SOURCE_PACKAGE $version" >"$work/out/version"
		finish_folder "$work/out" "$folder"
	fi
	echo "$folder"
}

modules() { # ROOT OUT: the modules and those they need, from an unpacked package
	local release count=0 kind file
	release=$(basename "$1"/lib/modules/*)
	depmod -b "$1" "$release"
	# shellcheck disable=SC2086 # words
	modprobe -d "$1" -S "$release" --show-depends -a $STOCK_MODULES | awk '!seen[$2]++' >"$2/order"
	while read -r kind file; do
		[[ $kind == insmod ]] || continue # "builtin" needs nothing
		count=$((count + 1))
		xz -dc "$file" >"$2/$(printf '%02d' "$count")-$(basename "$file" .xz)"
	done <"$2/order"
	rm "$2/order"
}

stock_kernel() {
	local folder package version key
	key=$(sha256sum <<<"$STOCK_MODULES" | head -c 12)
	folder=$(newest "$SVSM_CACHE/linux-image-6.12."*"_$key")
	if [[ $folder == '' ]]; then
		not_cached stock
		packages_update "$STOCK_SUITE"
		package=$(packages_apt "$STOCK_SUITE" apt-cache search --names-only "$STOCK_PATTERN" | awk '{ print $1 }' |
			sort -V | tail -n 1)
		[[ $package != '' ]] || packages_missing "$STOCK_SUITE has no 6.12 cloud kernel any more"
		version=$(packages_version "$STOCK_SUITE" "$package")
		folder=$SVSM_CACHE/${package}_${version}_$key
		work=$(mktemp -d "$SVSM_CACHE/work.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		mkdir "$work/out" "$work/out/modules" "$work/deb" "$work/root"
		echo "kernel: fetching $package $version" >&2
		packages_fetch "$STOCK_SUITE" "$package" "$work/deb"
		dpkg-deb --extract "$work/deb/"*.deb "$work/root"
		cp "$work/root/boot/"vmlinuz-* "$work/out/bzImage"
		cp "$work/root/boot/"config-* "$work/out/config"
		modules "$work/root" "$work/out/modules"
		echo "$package $version" >"$work/out/version"
		finish_folder "$work/out" "$folder"
	fi
	echo "$folder"
}

[[ ${1:-} != --cached ]] || { cached=true && shift; }
umask 022
mkdir -p "$SVSM_CACHE"
case ${1:-} in
svsm) svsm_kernel ;;
stock) stock_kernel ;;
*)
	echo "usage: $0 [--cached] {svsm|stock}" >&2
	exit 2
	;;
esac
