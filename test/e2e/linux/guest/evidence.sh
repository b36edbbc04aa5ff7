# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Evidence for a relying party on the second serial port (docs/contracts.md section 5), bundled by svsm-attest as in any
# guest: through configfs-tsm and, where there is one, /dev/tpmrm0.
PORT=/dev/ttyS1
PCR_LIST=0,1,2,3,4,5,6,7,8,9

give_up() { # the relying party learns why
	echo "error $*: $(tail -n 1 evidence.log)" >&4
	cat evidence.log
	return 1
}

get_credential() { # shows the keys, and leaves the answer in the file credential
	local word id secret
	svsm-attest collect --keys >keys.hex 2>evidence.log || give_up 'no keys' || return
	echo "ek $(sed -n 1p keys.hex)" >&4
	echo "ak $(sed -n 2p keys.hex)" >&4
	read -r -t 60 word id secret <&4 || give_up 'no credential came' || return
	same "$word" credential || give_up 'expected a credential' || return
	printf '%s\n%s\n' "$id" "$secret" >credential
}

relying_party() {
	local word nonce
	: >evidence.log
	echo ready >&4
	read -r -t 60 word nonce <&4 || give_up 'no nonce came' || return
	same "$word ${#nonce}" 'nonce 128' || give_up 'expected a nonce' || return
	if [ -c /dev/tpmrm0 ]; then
		get_credential || return
		set -- --credential credential --pcrs "$PCR_LIST"
	fi
	svsm-attest collect --nonce "$nonce" "$@" -o evidence.json 2>evidence.log || give_up 'no evidence' || return
	cat evidence.log
	echo "evidence $(stat -c %s evidence.json)" >&4
	cat evidence.json >&4
	printf '\nend\n' >&4
	# All of it has left when the transmitter is empty
	sleep 1
}

exec 4<>"$PORT"
stty -F "$PORT" raw -echo 115200
check 'evidence for the relying party' relying_party
exec 4>&-
