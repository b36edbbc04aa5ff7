# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# svsm-attest collect with a real configfs-tsm and a real TPM driver; evidence.sh shows that what it makes is accepted.
COLLECT_NONCE=$(printf '%0128d' 7)

collect() { # BUNDLE OPTION...
	local bundle="$1"
	shift
	svsm-attest collect --nonce "$COLLECT_NONCE" -o "$bundle" "$@" 2>collect.err || { cat collect.err && return 1; }
}

has() { # BUNDLE PATTERN...
	local bundle="$1" pattern
	shift
	for pattern in "$@"; do
		grep -q -e "$pattern" "$bundle" || { echo "no $pattern in $bundle" && return 1; }
	done
}

collect_services() {
	collect services.json --services && has services.json '"kind": "services"'
}

collect_list() { # a manifest that the kernel has to ask for twice
	collect list.json --manifest-version 1 && has list.json '"version": 1,$' &&
		[ "$(stat -c %s list.json)" -gt "$(($(stat -c %s services.json) + 4096))" ]
}

collect_ecc() { # the other default EK, all PCRs of another bank, bundle on standard output
	svsm-attest collect --nonce "$COLLECT_NONCE" --ek L-2 --bank sha384 --pcrs 0,7,16,23 >ecc.json 2>collect.err ||
		{ cat collect.err && return 1; }
	has ecc.json '"bank": "sha384"' '"index": 23'
}

collect_without() { # PART PATTERN
	collect without.json "--no-$1" && has without.json "$2"
}

collect_refuses() { # TEXT OPTION...: exit status 3, an error that says so, and no bundle
	local text="$1" status=0
	shift
	rm -f refused.json
	collect refused.json "$@" >collect.out || status=$?
	cat collect.err
	[ "$status" = 1 ] && [ ! -e refused.json ] && grep -q -e "$text" collect.err
}

# No report entry, object or session is left behind
nothing_left() {
	! ls "$REPORTS" | grep svsm-attest || return
	same "$(tpm2_getcap handles-transient)$(tpm2_getcap handles-loaded-session)" ''
}

check 'collect: all services' collect_services
check 'collect: all keys' collect_list
check 'collect: ECC key, SHA-384 bank' collect_ecc
check 'collect: without TPM' collect_without tpm '"quote": null'
check 'collect: without SVSM' collect_without svsm '"manifest": null'
check 'collect: no such manifest version' collect_refuses 'outblob' --manifest-version 9
check 'collect: no such AK' collect_refuses '81000001' --ak-handle 0x81000001
check 'collect: no such configfs' collect_refuses 'configfs' --tsm /nowhere
check 'collect: nothing left behind' nothing_left
