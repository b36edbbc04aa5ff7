#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Command line of svsm-igvm-build: exit codes, stable output, atomic files. Usage: cli.sh PROGRAM
set -u
program=$(realpath "$1")
schemas=$(realpath test/schemas.py)
completion=$(realpath host-tools/svsm-igvm-build/svsm-igvm-build.bash-completion)
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/token/pid" 2>/dev/null)" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

expect() { # exit code, words the output must contain, arguments
	local want=$1 words=$2 output code
	shift 2
	output=$("$program" "$@" 2>&1)
	code=$?
	if [ $code -ne "$want" ] || [[ $output != *"$words"* ]]; then
		echo "FAILED: $*: exit $code (want $want), output: $output (want '$words')"
		failed=1
	fi
}

# A firmware of one page at FW_BASE: ELF header, one PT_LOAD (R+X), then `hlt; jmp`.
# shellcheck disable=SC2059 # the byte is the format
le() { local v=$1; for ((i = 0; i < $2; i++)); do printf "\\x$(printf %02x $((v & 255)))"; v=$((v >> 8)); done; }
{
	printf '\x7fELF\x02\x01\x01'; le 0 9; le 2 2; le 62 2; le 1 4; le $((0x8000000)) 8; le 64 8; le 0 8; le 0 4
	le 64 2; le 56 2; le 1 2; le 0 6
	le 1 4; le 5 4; le 120 8; le $((0x8000000)) 8; le $((0x8000000)) 8; le 3 8; le 3 8; le 4096 8
	printf '\xf4\xeb\xfd'
} >fw.elf
cat >image.json <<'J'
{"format":"svsm-image","version":1,"name":"t","profile":"qemu-kvm","guest_policy":"0x30000",
 "sev_features":["snp"],"firmware":"fw.elf","modules":[],"guest":null}
J

expect 0 "" build image.json -o a.igvm --reference a.json
expect 0 "warning: b.json: values for several vCPUs: qemu-kvm launches those after the first at VMPL 0" \
	build image.json --output b.igvm --input-dir "$folder" --vcpus 2 -r b.json
[ -z "$("$program" build image.json -o b.igvm -r b.json 2>&1)" ] || { echo "FAILED: a warning about one vCPU"; failed=1; }
[ -z "$("$program" build image.json -o b.igvm -r b.json -p snp-sim -n 2 2>&1)" ] || { echo "FAILED: a warning about snp-sim"; failed=1; }
expect 0 "" build image.json --output b.igvm --vcpus 2 -r b.json
cmp -s a.igvm b.igvm || { echo "FAILED: the same description gave different bytes"; failed=1; }
sed 's/"firmware"/"vcpus":65,"firmware"/' image.json >many.json
expect 0 "warning: many.json: vcpus: 65, but the SVSM starts 64 at most" build many.json -o many.igvm
sed 's/65/64/' many.json >most.json
[ -z "$("$program" build most.json -o many.igvm 2>&1)" ] || { echo "FAILED: a warning about 64 vCPUs"; failed=1; }
cat >flat.json <<'J'
{"format":"svsm-image","version":1,"name":"t","profile":"qemu-kvm","guest_policy":"0x30000",
 "sev_features":["snp"],"firmware":"fw.elf","modules":[],
 "guest":{"kind":"flat64","file":"flat.elf","stack_top":3,"page_tables":"0x800000","boot_params":"0x807000",
  "secrets":"0x80d000","cpuid":"0x80e000","calling_area":"0x80f000"}}
J
python3 - <<'P'
image = bytearray(open("fw.elf", "rb").read())
for at in 24, 80, 88:
    image[at:at + 8] = (0x100000).to_bytes(8, "little")
open("flat.elf", "wb").write(image)
P
expect 1 "flat.json: guest.stack_top: 0x3 must be" build flat.json -o never.igvm
sed -i 's/"stack_top":3/"stack_top":"0x800000"/; s/0x807000/0x806000/' flat.json
expect 1 "flat.json: guest.page_tables and guest.boot_params overlap" build flat.json -o never.igvm
digest=$("$program" measure a.igvm)
[[ $digest =~ ^[0-9a-f]{96}$ ]] || { echo "FAILED: digest '$digest'"; failed=1; }
grep -q "\"digest\": \"$digest\"" a.json || { echo "FAILED: reference differs from measure"; failed=1; }
expect 0 "$digest" measure --json a.igvm
expect 0 "UNMEASURED" measure --steps a.igvm
second=$("$program" measure --vcpus 2 a.igvm)
grep -q "\"digest\": \"$second\"" b.json || { echo "FAILED: no reference for 2 vCPUs"; failed=1; }
[ "$second" != "$digest" ] || { echo "FAILED: vCPU count does not change the measurement"; failed=1; }
expect 0 '"launch_digest"' measure --json --profile snp-sim --vcpus 2 --cpu-model EPYC-Milan a.igvm
expect 0 "clean" lint a.igvm
expect 0 '"findings": []' lint --json a.igvm
expect 0 "note: openvmm-kvm/entry-state: VMSA CR0 0x31" lint a.igvm
expect 1 "error: openvmm-kvm/entry-state" lint --profile openvmm-kvm a.igvm
expect 1 "openvmm-kvm/entry-state" build <(sed s/qemu-kvm/openvmm-kvm/ image.json) -i . -o c.igvm
expect 1 "openvmm-kvm/vp-absent" measure --profile openvmm-kvm --vcpus 2 a.igvm
expect 0 "note: sources disagree: ae44c297 measures in file order" measure -p cloud-hypervisor-kvm a.igvm
expect 0 '"other_reading": {' measure --json -p cloud-hypervisor-kvm a.igvm
expect 0 "note: cloud-hypervisor-kvm/sources: sources disagree from step" lint a.igvm
expect 0 "note: cloud-hypervisor-kvm/sources: sources disagree from step" lint -p cloud-hypervisor-kvm a.igvm
expect 0 "cloud-hypervisor-kvm/sources: page order" profiles
grep -q openvmm a.json && { echo "FAILED: reference values for a loader that refuses the image"; failed=1; }
expect 0 "qemu-kvm/insert-order" profiles
expect 0 '"svsm-igvm-profiles"' profiles --json
expect 0 "VP_CONTEXT" inspect a.igvm
expect 0 "30000: ABI 0.0 or later, smt" inspect a.igvm
expect 0 "  cs    selector 8     attributes c9b   limit ffffffff  base 0" inspect a.igvm
expect 0 '"format": "svsm-igvm-inspection"' inspect --json a.igvm
expect 0 "  SEV features: snp" inspect a.igvm
[ "$("$program" inspect --json a.igvm | jq -c '[.headers[].sev_features | select(.)]')" = '[["snp"]]' ] || { echo "FAILED: SEV features by name"; failed=1; }

expect 0 "Usage" --help
expect 0 "svsm-igvm-build" --version
expect 0 "Usage" build --help
expect 2 "unknown command" nocommand
expect 2 "Usage"
expect 2 "needed" build image.json
expect 2 "--vcpus" measure --vcpus 0 a.igvm
expect 2 "profile" measure --profile hyper-v a.igvm
expect 2 "EPYC-Rome" measure --cpu-model 486 a.igvm
expect 2 "need --ovmf" measure --kernel fw.elf a.igvm
expect 2 "with --ovmf" measure --ovmf fw.elf --profile snp-sim
expect 2 "need --kernel" measure --ovmf fw.elf --append x
expect 2 "qemu, ec2 or gce" measure --ovmf fw.elf --mode azure
expect 1 "multiple of 4096" measure --ovmf fw.elf
expect 3 "format/magic" lint fw.elf
expect 3 "nothere" lint nothere
expect 3 "nothere" measure nothere
expect 3 "nothere" build image.json -o nothere/x.igvm
expect 1 "not an ELF" build <(sed s/fw.elf/image.json/ image.json) --input-dir . -o c.igvm
expect 1 "unknown field" build <(sed 's/"guest"/"gest"/' image.json) --input-dir . -o c.igvm
expect 1 "magic" inspect fw.elf
head -c 5000 a.igvm >cut.igvm
expect 1 "total file size" measure cut.igvm
expect 1 "format/file-size" lint cut.igvm
# A VMSA with a field that no loader takes: measured with a warning, refused when asked to.
cp a.igvm odd.igvm
size=$(stat -c %s odd.igvm)
printf '\x01' | dd of=odd.igvm bs=1 seek=$((size - 4096 + 0x240)) conv=notrunc status=none
expect 1 '"qemu-kvm/vmsa-fields"' lint --json --profile qemu-kvm odd.igvm
expect 0 "warning" measure odd.igvm
expect 0 '"accepted": false' measure --json odd.igvm
expect 1 "cr2" measure --strict odd.igvm

# ID blocks: keys in every common form, signatures made elsewhere, and what must be refused.
openssl ecparam -name secp384r1 -genkey -noout -out id.pem 2>/dev/null
openssl ecparam -name secp384r1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt -out author.pem
openssl pkcs8 -topk8 -in id.pem -passout pass:hello -out encrypted.pem
echo hello >passphrase
openssl pkey -in id.pem -pubout -out id.pub
openssl pkey -in author.pem -pubout -out author.pub
openssl ec -in id.pem -outform der -out id.der 2>/dev/null
openssl req -x509 -key author.pem -subj /CN=author -out author.crt 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out p256.pem
expect 0 "" sign -k id.pem -A author.pem --family-id svsm --image-id 00112233445566778899aabbccddeeff --svn 7 \
	-o signed.igvm --id-block-out block --id-auth-out auth a.igvm
expect 0 "$digest" measure signed.igvm
expect 0 "clean" lint signed.igvm
expect 0 "signatures valid yes" inspect signed.igvm
expect 0 "note: cloud-hypervisor-kvm/id-block" lint signed.igvm
expect 1 "warning: cloud-hypervisor-kvm/id-block" lint -p cloud-hypervisor-kvm signed.igvm
expect 0 '"valid": true' verify-id --json signed.igvm
expect 0 '"guest_svn": 7' verify-id --json --id-block block --id-auth auth
expect 1 "not valid" verify-id --vcpus 2 signed.igvm
expect 1 "no ID block" verify-id a.igvm
expect 1 '"valid": false' verify-id --json a.igvm
: >none
expect 1 '"valid": false' verify-id --json none
expect 1 '"valid": false' verify-id --json --id-block none --id-auth auth
expect 3 "No such file" verify-id --json missing.igvm
truncate -s 5G sparse
expect 3 "larger than" lint sparse
expect 3 "larger than" lint --json sparse
rm sparse
expect 2 "go together" verify-id --id-block block
expect 1 "replace" sign -k id.pem -o again.igvm signed.igvm
expect 0 "" sign -k id.der --replace -o again.igvm signed.igvm
expect 0 "author key digest  none" verify-id again.igvm
expect 0 "" sign -k encrypted.pem --passphrase-file passphrase -o again.igvm a.igvm
expect 1 "P-384" sign -k p256.pem -o never.igvm a.igvm
expect 3 "id.pub" sign -k id.pub -o never.igvm a.igvm
expect 3 "none: holds no private key" sign -k none -o never.igvm a.igvm
expect 3 "nothere" sign -k nothere -o never.igvm a.igvm
expect 3 "noprovider" sign --provider noprovider -k id.pem -o never.igvm a.igvm
expect 2 "image-id" sign -k id.pem --image-id 12345678901234567 -o never.igvm a.igvm
expect 0 "" sign -k id.pem --policy b0000 --vcpus 2 -o policy.igvm a.igvm
expect 0 '"vcpus": 2' verify-id --json policy.igvm
expect 0 "policy             0xb0000" verify-id policy.igvm
expect 0 "" sign -k id.pub -A author.crt --svn 3 --to-be-signed tbs a.igvm
openssl dgst -sha384 -sign id.pem -out id.sig tbs.id-block
openssl dgst -sha384 -sign author.pem -out author.sig tbs.id-key
expect 0 "" sign -k id.pub -A author.pub --svn 3 --id-signature id.sig --author-signature author.sig -o offline.igvm a.igvm
expect 0 '"valid": true' verify-id --json offline.igvm
expect 1 "same options" sign -k id.pub -A author.pub --svn 4 --id-signature id.sig --author-signature author.sig \
	-o never.igvm a.igvm
expect 1 "not a signature" sign -k id.pub --id-signature fw.elf -o never.igvm a.igvm
openssl base64 -in block -out block.txt -A
openssl base64 -in auth -out auth.txt
expect 0 "valid" verify-id --id-block block.txt --id-auth auth.txt
printf '\x01' | dd of=auth bs=1 seek=$((0x50)) conv=notrunc status=none
expect 1 '"valid": false' verify-id --json --id-block block --id-auth auth
expect 1 "96 bytes" verify-id --id-block fw.elf --id-auth auth
expect 0 "" sign -k id.pem --measurement "$digest" --id-block-out block --id-auth-out auth --base64
expect 0 "$digest" verify-id --id-block block --id-auth auth
[ ! -e never.igvm ] || { echo "FAILED: a refused signature left its output"; failed=1; }

# Passphrases come from a file or are typed on a terminal.
no_terminal='needs a passphrase or PIN: name a --passphrase-file, or run on a terminal'
expect 3 "encrypted.pem: $no_terminal" sign -k encrypted.pem -o never.igvm a.igvm </dev/null
expect 3 "encrypted.pem: " sign -k encrypted.pem --passphrase-file id.pub -o never.igvm a.igvm
(sleep 1; echo hello) | script -qec "$program sign -k encrypted.pem -o typed.igvm a.igvm" /dev/null >typed ||
	{ echo "FAILED: a passphrase is not taken from a terminal: $(cat typed)"; failed=1; }
expect 0 '"valid": true' verify-id --json typed.igvm

# A key that never leaves its token: a TPM, by the URIs of its OpenSSL provider.
mkdir token
tpm=$folder/token/tpm
swtpm socket --tpm2 --tpmstate dir="$folder/token" --server type=unixio,path="$tpm" --flags not-need-init,startup-clear \
	--ctrl type=unixio,path="$tpm.ctrl" --pid file="$folder/token/pid" -d
export TPM2TOOLS_TCTI=swtpm:path=$tpm TPM2OPENSSL_TCTI=swtpm:path=$tpm TSS2_LOG=all+NONE
for ((i = 0; i < 100; i++)); do [ -S "$tpm" ] && break; sleep 0.1; done
common='fixedtpm|fixedparent|sensitivedataorigin|userwithauth'
{
	tpm2_createprimary -Q -C o -G ecc384 -g sha384 -c token/parent -a "$common|restricted|decrypt"
	tpm2_create -Q -C token/parent -G ecc384 -p 1234 -u token/pub -r token/priv -a "$common|sign"
	tpm2_flushcontext -t
	tpm2_load -Q -C token/parent -u token/pub -r token/priv -c token/key
	tpm2_evictcontrol -Q -C o -c token/key 0x81000001
	tpm2_flushcontext -t
} >token/log 2>&1
echo 1234 >pin
echo 4321 >wrong-pin
in_token='handle:0x81000001?pass'
expect 0 "" sign --provider tpm2 -k "$in_token" --passphrase-file pin -A author.pem -o token.igvm a.igvm
expect 0 '"valid": true' verify-id --json token.igvm
expect 3 "authorization" sign --provider tpm2 -k "$in_token" --passphrase-file wrong-pin -o never.igvm a.igvm
expect 3 "$no_terminal" sign --provider tpm2 -k "$in_token" -o never.igvm a.igvm </dev/null
expect 3 "cannot load key" sign --provider tpm2 -k 'handle:0x81000009' -o never.igvm a.igvm
expect 3 "no OpenSSL provider is loaded that opens such a URI" sign -k 'pkcs11:object=id' -o never.igvm a.igvm
expect 0 "" sign --provider tpm2 -k "$in_token" --passphrase-file pin --to-be-signed tbs a.igvm
kill "$(cat token/pid)"

# Reference values of a signed image: completed where build wrote them, else new.
values() { # JQ FILE WANTED
	local got
	got=$(jq -r "$1" "$2")
	[ "$got" = "$3" ] || { echo "FAILED: $1 of $2 is '$got', not '$3'"; failed=1; }
}
cp a.json signed.ref
expect 0 "" sign -k id.pem -A author.pem --family-id svsm --svn 7 -o again.igvm -r signed.ref -t signed.statement a.igvm
id_digest=$("$program" verify-id --json again.igvm | jq -r .id_key_digest)
author_digest=$("$program" verify-id --json again.igvm | jq -r .author_key_digest)
values .id_key_digest signed.ref "$id_digest"
values .author_key_digest signed.ref "$author_digest"
values .family_id signed.ref 7376736d000000000000000000000000
values .guest_svn signed.ref 7
values '.inputs[0].name' signed.ref fw.elf
values '.measurements | length' signed.ref "$(jq '.measurements | length' a.json)"
values '.subject[0].digest.sha256' signed.statement "$(sha256sum <again.igvm | cut -d ' ' -f 1)"
values .predicate.id_key_digest signed.statement "$id_digest"
expect 0 "" sign -k id.pem -A author.pem --family-id svsm --svn 7 -n 3 -o again.igvm -r signed.ref a.igvm
values '[.measurements[] | select(.vcpus == 3)] | length' signed.ref 1
expect 0 "warning: three.ref: values for several vCPUs" sign -k id.pem -n 3 -o again.igvm -r three.ref a.igvm
expect 1 "has another guest_svn, from another ID block; --replace" \
	sign -k id.pem -A author.pem --family-id svsm --svn 8 -o never.igvm -r signed.ref a.igvm
expect 1 "has an author_key_digest" sign -k id.pem -o never.igvm -r signed.ref a.igvm
expect 0 "" sign -k id.pem --svn 8 --replace -o again.igvm -r signed.ref a.igvm
values .author_key_digest signed.ref null
expect 0 "" sign -k id.pem --policy b0000 -o again.igvm -r new.ref a.igvm
values .image new.ref a
values .guest_policy new.ref 0xb0000
values '.inputs[0].sha256' new.ref "$(sha256sum <a.igvm | cut -d ' ' -f 1)"
sed 's/"fw.elf"/"fw2.elf"/' image.json >other.json
{ cat fw.elf; printf x; } >fw2.elf
printf '\x90' | dd of=fw2.elf bs=1 seek=121 conv=notrunc status=none
expect 0 "" build other.json -o other.igvm -r other.ref
expect 1 "values of another image" sign -k id.pem -o never.igvm -r other.ref a.igvm
expect 1 "is not a file of reference values" sign -k id.pem -o never.igvm -r image.json a.igvm
expect 1 "fw.elf:1" sign -k id.pem -o never.igvm -r fw.elf a.igvm
expect 2 "need an IGVM file" sign -k id.pem --measurement "$digest" --id-block-out b -r x.ref
expect 2 "writes nothing else" sign -k id.pem --to-be-signed x -r x.ref a.igvm

# Rebuilding and comparing. The step that diff names is the first whose digests differ.
parts() { # A B
	python3 - "$program" "$1" "$2" <<'P' || { echo "FAILED: first divergence of $1 and $2"; failed=1; }
import json, subprocess, sys
def run(*arguments):
    return json.loads(subprocess.run([sys.argv[1], *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
steps = [run("measure", "--steps", name)["steps"] for name in sys.argv[2:]]
named = run("diff", *sys.argv[2:])["digest"]["first_divergence"]
wanted = next(i for i in range(max(map(len, steps))) if len({s[i]["digest"] if i < len(s) else None for s in steps}) > 1)
assert named["step"] == wanted + 1, (named, wanted)
for side, of in zip("ab", steps):
    want = {key: of[wanted][key] for key in ("type", "gpa", "offset", "contents")} if wanted < len(of) else None
    assert named[side] == want, (named, want)
P
}
parts a.igvm odd.igvm
expect 0 "the same bytes" rebuild image.json a.igvm
expect 0 '"id_block_taken_over": true' rebuild --json image.json signed.igvm
expect 1 "differs from offset" rebuild image.json odd.igvm
expect 0 "the same bytes" diff a.igvm b.igvm
expect 1 "VMSA register vCPU 0 cr2" diff a.igvm odd.igvm
expect 1 "registers of the VMSA differ" diff a.igvm odd.igvm
expect 1 "equal: nothing that is measured differs" diff a.igvm signed.igvm
sed 's/"t"/"t2"/; s/0x30000/0xb0000/' image.json >image2.json
expect 1 "guest policy (not measured)" diff a.igvm --description image2.json
mkdir inputs
cp fw.elf inputs
expect 1 "inputs: no image description: of its 0 files *.json" diff a.igvm inputs
cp a.json inputs/values.json
cp noise inputs/noise.json 2>/dev/null || echo '{' >inputs/noise.json
expect 1 "of its 2 files *.json none has the format" diff a.igvm inputs
cp image.json inputs/this.json
expect 0 "the same bytes" diff a.igvm inputs
expect 1 "page contents" diff other.igvm inputs/
parts other.igvm a.igvm
cp image2.json inputs/that.json
expect 1 "2 image descriptions, inputs/that.json and this.json; --description" diff a.igvm inputs
expect 0 '"same": true' diff --json a.igvm -i inputs -d inputs/this.json
sed 's/qemu-kvm/snp-sim/' image.json >sim.json
expect 0 "the same bytes" diff a.igvm --description sim.json
sed 's/"snp"/"snp","debug-swap"/; s/"t"/"t","vcpus":4/' image.json >four.json
expect 0 "warning: four.igvm: qemu-kvm/sev-features: sev_features 0x21: debug-swap: not supported by every host" \
	build four.json -o four.igvm -r four.ref
expect 0 "$(grep -A 2 '"profile": "qemu-kvm"' four.ref | sed -n 's/.*"digest": "\(.*\)".*/\1/p')" measure -n 4 four.igvm
grep -q '"vcpus": 1,' four.ref && { echo "FAILED: reference values for another number of vCPUs"; failed=1; }
expect 1 'vCPU 0 sev_features: 0x1 -> 0x21' diff a.igvm --description four.json
expect 1 "snp-sim/sev-features: the loader does not take it" build <(sed 's/qemu-kvm/snp-sim/' four.json) -i . -o c.igvm
expect 1 "must name a loader" build <(sed 's/qemu-kvm/vmware/' image.json) --input-dir . -o c.igvm
expect 0 "" build image.json -o b.igvm --statement statement.json --reference b.json --profile snp-sim --vcpus 3
grep -q "\"sha384\": \"$digest\"" statement.json || { echo "FAILED: statement without the launch digest"; failed=1; }
[ "$(grep -c '"profile": "snp-sim"' b.json)" -eq 3 ] || { echo "FAILED: reference values for 3 vCPUs"; failed=1; }

# Completion of commands, options and profile names.
completes() { # WANTED WORD...: the last word is being typed
	local want=$1
	shift
	COMP_WORDS=("$program" "$@") COMP_CWORD=$#
	_svsm_igvm_build
	[[ " ${COMPREPLY[*]} " == *" $want "* ]] || { echo "FAILED: completion of '$*': ${COMPREPLY[*]}"; failed=1; }
}
# shellcheck source=host-tools/svsm-igvm-build/svsm-igvm-build.bash-completion
source "$completion"
completes verify-id ver
completes --sev-features measure --sev
completes snp-sim lint --profile s

# Every JSON output follows its schema.
{ openssl rand 8192; } >noise
mkdir json
"$program" measure --json --steps a.igvm >json/measure.json 2>&1
"$program" measure --json odd.igvm >json/warned.json 2>json/warnings
"$program" lint --json odd.igvm >json/lint.json
"$program" lint --json noise >json/noise.json 2>json/error
"$program" inspect --json signed.igvm >json/inspect.json
"$program" verify-id --json signed.igvm >json/valid.json
"$program" verify-id --json --id-block block --id-auth auth >json/files.json
"$program" verify-id --json a.igvm >json/unjudged.json 2>json/error
"$program" verify-id --json noise >json/no-image.json 2>json/error
"$program" rebuild --json image.json odd.igvm >json/rebuild.json
"$program" diff --json a.igvm odd.igvm >json/diff.json
"$program" diff --json a.igvm b.igvm >json/same.json
"$program" profiles --json >json/profiles.json
"$program" build -o json/image.igvm -r json/reference.json image.json
cp signed.ref json/signed.json
cp new.ref json/new.json
if ! "$schemas" json/*.json >json/checked; then
	echo "FAILED: JSON outputs against their schemas:"
	cat json/checked
	failed=1
fi

# Hostile files need no more than their size and 16 MiB: the most headers there may be, each a page of its own.
python3 - <<'P'
import struct, zlib
source = open("a.igvm", "rb").read()
at, size = struct.unpack_from("<2I", source, 8)
end, headers = at + size, {}
while at < end:
    kind, length = struct.unpack_from("<2I", source, at)
    headers[kind] = bytearray(source[at:at + 8 + (length + 7) // 8 * 8])
    at += len(headers[kind])
data = struct.unpack_from("<I", headers[0x304], 20)[0]
def write(name, pages, flags=0, step=0x2000):
    first = bytes(headers[1] + headers[0x101])
    runs = b"".join(struct.pack("<2IQ3I2H", 0x302, 24, 0x10000000 + i * step, 1, 0, flags, 0, 0) for i in range(pages))
    body_size = len(first) + len(runs) + len(headers[0x304])
    offset = (24 + body_size + 4095) // 4096 * 4096
    struct.pack_into("<I", headers[0x304], 20, offset)
    image = bytearray(struct.pack("<6I", 0x4D564749, 1, 24, body_size, offset + 4096, 0) + first + runs + headers[0x304])
    struct.pack_into("<I", image, 20, zlib.crc32(image))
    open(name, "wb").write(image + bytes(offset - len(image)) + source[data:data + 4096])
write("most.igvm", 131072 - 3)
write("more.igvm", 131072 - 2)
write("slow.igvm", 12000, 1, 0x200000)
write("steps.igvm", 1000, 1, 0x200000)
write("moved.igvm", 131072 - 3, step=0x3000)
P
python3 - "$program" <<'P' || failed=1
import os, subprocess, sys
failed = 0
def run(want, arguments):
    global failed
    child = subprocess.Popen([sys.argv[1]] + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = child.stderr.read().decode()
    status, usage = os.wait4(child.pid, 0)[1:]
    room = usage.ru_maxrss / 1024 - sum(os.path.getsize(name) for name in arguments if name.endswith(".igvm")) / 2**20
    if os.waitstatus_to_exitcode(status) != want or room > 16:
        print(f"FAILED: {arguments}: exit {os.waitstatus_to_exitcode(status)}, {room:.1f} MiB above the file: {error}")
        failed = 1
for arguments in (["measure"], ["measure", "--json"], ["lint"], ["inspect"], ["inspect", "--json"]):
    run(0, arguments + ["most.igvm"])
run(1, ["lint", "more.igvm"])
run(0, ["measure", "--steps", "steps.igvm"])
run(0, ["measure", "--steps", "--json", "steps.igvm"])
run(0, ["diff", "most.igvm", "most.igvm"])
run(1, ["diff", "most.igvm", "moved.igvm"])
run(1, ["diff", "--json", "steps.igvm", "moved.igvm"])
run(1, ["verify-id", "most.igvm"])
sys.exit(failed)
P
# Seconds of hashing: a terminal sees how far it is.
script -qec "$program measure slow.igvm" /dev/null >seen || { echo "FAILED: measuring on a terminal"; failed=1; }
grep -q $'measuring: .*\r\e\\[K' seen || { echo "FAILED: no progress on a terminal: $(head -c 200 seen | cat -v)"; failed=1; }
expect 1 "format/header-count: more than 131072" lint more.igvm
"$program" inspect most.igvm | grep -q "and 126976 more" || { echo "FAILED: inspect lists too much"; failed=1; }
"$program" inspect --json most.igvm >json/most.json
"$program" measure --json --steps a.igvm >json/steps.json
[ "$(jq '.steps | length' json/steps.json)" -eq "$("$program" measure --steps a.igvm | grep -c " 0x")" ] ||
	{ echo "FAILED: steps in JSON and text"; failed=1; }
"$schemas" json/most.json json/steps.json >json/checked || { echo "FAILED: $(head -c 500 json/checked)"; failed=1; }

# What is no file is written, not replaced; links are followed; what cannot be written is an error.
"$program" build image.json -o /dev/stdout | cmp -s - a.igvm || { echo "FAILED: an image through a pipe"; failed=1; }
mkfifo pipe
cat pipe >piped.igvm &
expect 0 "" build image.json -o pipe
wait $!
{ [ -p pipe ] && cmp -s piped.igvm a.igvm; } || { echo "FAILED: an image into a named pipe"; failed=1; }
echo old >target.igvm
ln -s target.igvm link.igvm
expect 0 "" build image.json -o link.igvm
{ [ -L link.igvm ] && cmp -s target.igvm a.igvm; } || { echo "FAILED: an image by a link"; failed=1; }
mkdir folder
expect 3 "folder: Is a directory" build image.json -o folder
expect 3 "a.igvm/x: Not a directory" build image.json -o a.igvm/x
for command in "measure a.igvm" "measure -js a.igvm" "inspect a.igvm" "lint a.igvm" "diff a.igvm a.igvm" "profiles -j" "verify-id -j signed.igvm"; do
	# shellcheck disable=SC2086 # words
	[[ $("$program" $command 2>&1 >/dev/full; echo $?) == *"cannot write the result"*3 ]] ||
		{ echo "FAILED: $command to a full disk"; failed=1; }
done
for file in /dev/null "$folder" /proc/self/mem; do
	for command in measure lint inspect verify-id "diff a.igvm" "measure --ovmf" "manifest check" "build -o c.igvm"; do
		# shellcheck disable=SC2086 # words
		"$program" $command "$file" >seen 2>&1
		[[ $? =~ ^[13]$ && $(<seen) == *"$file:"* ]] || { echo "FAILED: $command $file: $(<seen)"; failed=1; }
	done
done

[ ! -e c.igvm ] || { echo "FAILED: a refused build left its output"; failed=1; }
[ -z "$(find . -name '*.igvm.*')" ] || { echo "FAILED: temporary files left"; failed=1; }

# Key templates
list='{"format":"svsm-key-templates","version":1,"templates":[{"profile":"L-1"},{"profile":"H-2"}]}'
selector='{"format":"svsm-manifest-selector","version":1,"kind":"template","template":{"profile":"H-3"}}'
echo "$list" >keys.json
echo "$selector" >selector.json
expect 0 "" manifest check keys.json selector.json
expect 0 "" manifest compile keys.json -o keys.bin
expect 0 "" manifest compile selector.json --output selector.bin
expect 0 "key-template manifest, 2 keys" manifest print keys.bin
expect 0 "manifest selector, 1 key" manifest print selector.json
expect 0 '"profile": "H-3"' manifest print --json selector.bin
expect 0 "" manifest decompile keys.bin -o again.json
expect 0 '"profile": "H-2"' manifest decompile keys.bin
expect 0 "" manifest compile again.json -o again.bin
cmp -s keys.bin again.bin || { echo "FAILED: decompiled text compiles to other bytes"; failed=1; }
expect 0 "" manifest decompile again.bin -o more.json
cmp -s again.json more.json || { echo "FAILED: decompiled text is not canonical"; failed=1; }
sed 's/H-2/H-7/' keys.json >rsa4096.json # no libtpms of Debian 12 makes RSA 4096 or SM2
sed 's/H-2/H-5/' keys.json >sm2.json
expect 1 "rsa4096.json: key 'H-7': the libtpms that the vtpm service is linked with cannot make it: 0x2c4" manifest check rsa4096.json
expect 1 "key 'H-5'" manifest compile sm2.json -o none.bin
expect 0 "" manifest compile --no-tpm rsa4096.json -o rsa4096.bin
sed s/H-2/H-9/ keys.json >wrong.json
expect 1 "wrong.json:1: templates[1].profile: must name" manifest check keys.json wrong.json selector.json
expect 1 "not exactly one TPMT_PUBLIC" manifest print <(head -c 60 selector.bin)
expect 1 "another size" manifest print <(head -c 60 keys.bin)
expect 3 "nothere" manifest check nothere
expect 3 "nothere" manifest compile keys.json -o nothere/x
expect 2 "ACTION" manifest
expect 2 "ACTION" manifest prettify keys.json
expect 2 "-o is needed" manifest compile keys.json
expect 2 "one file" manifest compile keys.json selector.json -o x
expect 2 "one file" manifest print
expect 2 "-o goes with" manifest check keys.json -o x
expect 0 "Usage" manifest --help
[ ! -e none.bin ] || { echo "FAILED: a refused manifest left its output"; failed=1; }

# In an image
sed 's/"modules":\[\]/"modules":[{"kind":"key-templates","file":"keys.bin"}]/' image.json >keyed.json
expect 0 "" build keyed.json -o keyed.igvm --reference keyed.ref
[ "$(jq -c '[.key_templates[].profile]' keyed.ref)" = '["L-1","H-2"]' ] || { echo "FAILED: key templates in reference values"; failed=1; }
grep -q 'keys.bin' keyed.ref || { echo "FAILED: reference values do not name the key templates"; failed=1; }
sed 's/H-2/H-3/' keys.json >keys3.json
expect 0 "" manifest compile keys3.json -o keys3.bin
expect 0 "" build <(sed s/keys.bin/keys3.bin/ keyed.json) -i . -o keyed3.igvm
expect 1 "key template [1].profile: H-2 -> H-3" diff keyed.igvm keyed3.igvm
expect 1 'boot info modules[0]: - -> {' diff a.igvm keyed.igvm
parts a.igvm keyed.igvm
"$program" diff --json a.igvm keyed.igvm >json/keyed.json
"$schemas" json/keyed.json >json/checked || { echo "FAILED: $(cat json/checked)"; failed=1; }
[ "$("$program" measure keyed.igvm)" != "$digest" ] || { echo "FAILED: key templates are not measured"; failed=1; }
expect 1 "keys.json: is text; give its compiled form" build <(sed s/keys.bin/keys.json/ keyed.json) -i . -o d.igvm
expect 1 "is a manifest selector" build <(sed s/keys.bin/selector.bin/ keyed.json) -i . -o d.igvm
expect 1 "key 'H-7': the libtpms" build <(sed s/keys.bin/rsa4096.bin/ keyed.json) -i . -o d.igvm
head -c 100 keys.bin >cut.bin
expect 1 "cut.bin: the compiled manifest has another size" build <(sed s/keys.bin/cut.bin/ keyed.json) -i . -o d.igvm
[ ! -e d.igvm ] || { echo "FAILED: a refused build left its output"; failed=1; }

[ $failed -eq 0 ] && echo "svsm-igvm-build command line: passed"
exit $failed
