# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Completion for bash: source this file, or install it as svsm-igvm-build in bash's completions folder. Options come from
# the program's own --help, so they are never out of date.

_svsm_igvm_build() {
	local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=''
	if ((COMP_CWORD == 1)); then
		words=$("$program" --help 2>/dev/null | awk '/^  [a-z]/ { print $1 }')
	else
		case $before in
		-p | --profile) words=$("$program" profiles --json 2>/dev/null | awk -F'"' '/^      "name"/ { print $4 }' |
			grep -E -- '-(kvm|sim)$') ;;
		-m | --mode) words='qemu ec2 gce' ;;
		-c | --cpu-model) words=$("$program" profiles 2>/dev/null | awk '/^  EPYC/ { print $1 }') ;;
		*)
			[[ $word != -* ]] ||
				words=$("$program" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE '(^|[ ,])--[a-z-]+' | sort -u)
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	[[ ${#COMPREPLY[@]} -gt 0 || $word == -* ]] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -F _svsm_igvm_build svsm-igvm-build
