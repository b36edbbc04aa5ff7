# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Sourced: fetches single Debian packages of any suite without touching the machine's own apt configuration. Sources,
# lists and downloads are private, in the cache; the mirror is the one this machine's apt is configured with, and
# signatures are checked against the installed debian-archive-keyring.

SVSM_CACHE=${SVSM_CACHE:-${XDG_CACHE_HOME:-${HOME:-$PWD/build}/.cache}/svsm}
EXIT_NOT_TO_BE_HAD=77 # by convention of test programs: a thing the test needs is missing

packages_missing() { # MESSAGE...
	echo "$(basename "$0"): $*" >&2
	exit "$EXIT_NOT_TO_BE_HAD"
}

packages_why() { # LOG of apt: its first complaint
	echo "$(grep -m 1 '^[WE]:' "$1" || echo no reason given), in $1"
}

# The URI of the archive that this machine takes its main packages from.
packages_mirror() {
	local codename
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v release="$codename" '$1 == release && $2 == "main" { print $3; exit }'
}

# packages_apt SUITE COMMAND...: apt-get or apt-cache with the private configuration of one suite
packages_apt() {
	local command=$2 dir=$SVSM_CACHE/apt/$1
	shift 2
	"$command" -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Acquire::Languages=none -o APT::Architecture=amd64 -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 "$@"
}

# packages_update SUITE: its package lists
packages_update() {
	local dir=$SVSM_CACHE/apt/$1 mirror
	mirror=$(packages_mirror)
	[[ $mirror != '' ]] || packages_missing "apt on this machine names no Debian mirror for its own release"
	[[ -f /usr/share/keyrings/debian-archive-keyring.gpg ]] || packages_missing 'debian-archive-keyring is not installed'
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" >"$dir/sources.list"
	packages_apt "$1" apt-get update >"$dir/update.log" 2>&1 && ! grep -q '^[WE]:' "$dir/update.log" ||
		packages_missing "the package lists of $1 cannot be had from $mirror: $(packages_why "$dir/update.log")"
}

# packages_version SUITE PACKAGE: the version the suite offers, or nothing
packages_version() {
	packages_apt "$1" apt-cache madison "$2" 2>/dev/null | awk -F '|' '{ gsub(/ /, "", $2); print $2; exit }'
}

# packages_fetch SUITE PACKAGE DIR: the .deb into DIR
packages_fetch() {
	local log=$SVSM_CACHE/apt/$1/fetch.log
	(cd "$3" && packages_apt "$1" apt-get download "$2" >"$log" 2>&1) ||
		packages_missing "package $2 of $1 cannot be had: $(packages_why "$log")"
}
