# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Evidence for a relying party on the second serial port (docs/contracts.md section 5), from configfs-tsm and tpm2-tools.
PORT=/dev/ttyS1
PCRS=0,1,2,3,4,5,6,7,8,9

b64() {
	base64 "$1" | tr -d '\n'
}

give_up() {
	echo "error $*" >&4
	return 1
}

pcr_list() { # pcrs.bin: the digests one after the other
	local index=0
	for _ in $(echo $PCRS | tr , ' '); do
		[ $index = 0 ] || printf ,
		dd if=pcrs.bin of=pcr.bin bs=32 skip=$index count=1 2>/dev/null
		printf '{"bank":"sha256","index":%d,"digest":"%s"}' $index "$(b64 pcr.bin)"
		index=$((index + 1))
	done
}

bundle() {
	printf '{"format":"svsm-evidence","version":1,"collector":"linux-guest","nonce":"%s",' "$(b64 evidence.nonce)"
	printf '"report":"%s","certificates":null,' "$(b64 evidence.report)"
	printf '"manifest":{"kind":"single-service","service":"%s","version":0,"data":"%s"},' "$VTPM_GUID" \
		"$(b64 evidence.manifest)"
	printf '"selector":null,"eks":["%s"],"ak":"%s",' "$(b64 ek.bin)" "$(b64 ak.bin)"
	printf '"ak_binding":{"method":"activation","credential":"%s","secret":"%s","recovered":"%s"},' \
		"$(b64 credential.id)" "$(b64 credential.secret)" "$(b64 credential.out)"
	printf '"quote":{"attest":"%s","signature":"%s"},' "$(b64 evidence.msg)" "$(b64 evidence.sig)"
	printf '"pcrs":[%s],"event_log":null}' "$(pcr_list)"
}

relying_party() {
	local word nonce id secret
	echo ready >&4
	read -r -t 60 word nonce <&4 || give_up 'no nonce came' || return
	same "$word ${#nonce}" 'nonce 128' || give_up 'expected a nonce' || return
	echo "$nonce" | xxd -r -p >evidence.nonce
	tail -c +3 ek-rsa2048.pub >ek.bin
	tail -c +3 ak.pub >ak.bin
	echo "ek $(hex ek.bin)" >&4
	echo "ak $(hex ak.bin)" >&4
	read -r -t 60 word id secret <&4 || give_up 'no credential came' || return
	same "$word" credential || give_up 'expected a credential' || return
	echo "$id" | xxd -r -p >credential.id
	echo "$secret" | xxd -r -p >credential.secret
	# The file format of tpm2-tools: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET
	{ printf '\272\334\300\336\000\000\000\001' && cat credential.id credential.secret; } >credential.in
	tpm2_startauthsession --policy-session -S session.ctx && tpm2_policysecret -Q -S session.ctx -c e &&
		tpm2_activatecredential -Q -c ak.ctx -C ek-rsa2048.ctx -i credential.in -o credential.out \
			-P session:session.ctx || give_up 'the credential cannot be activated' || return
	tpm2_flushcontext session.ctx
	tpm2_quote -Q -c ak.ctx -l "sha256:$PCRS" -q "$nonce" -m evidence.msg -s evidence.sig -g sha256 &&
		tpm2_pcrread -Q -o pcrs.bin "sha256:$PCRS" || give_up 'no quote' || return
	report evidence "service_guid=$VTPM_GUID" || give_up 'no report' || return
	bundle >evidence.json
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
