# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Sourced by tests: runs a boot image on the simulated SNP machine, stock QEMU with snp-sim and amd-sp beside it.
# Everything a run makes is in its own folder: host.log (simulator), console.log (firmware and guest), qemu.log, sp.log,
# sp/ (AMD-SP: launch.json, kds-url, ark.pem).

BUILD=${BUILD:-build}
QEMU=${QEMU:-qemu-system-x86_64}
MACHINE_MEMORY=${MACHINE_MEMORY:-512M}
MACHINE_CPUS=${MACHINE_CPUS:-1} # at most 4
MACHINE_CPU_MODEL=EPYC-Milan   # measured at launch for each CPU but the first
MACHINE_SECONDS=${MACHINE_SECONDS:-120} # a run that takes longer is ended
SP_KEYS=$BUILD/amd-sp		 # test ARK, ASK and VCEK, made once a build

machine_ram='' machine_sp='' machine_qemu=''

machine_cleanup() {
	[[ $machine_qemu == '' ]] || kill "$machine_qemu" 2>/dev/null || true
	[[ $machine_sp == '' ]] || kill "$machine_sp" 2>/dev/null || true
	machine_stop_sp
	machine_qemu=''
}
trap machine_cleanup EXIT

machine_stop_sp() {
	if [[ $machine_sp != '' ]]; then
		kill "$machine_sp" 2>/dev/null || true
		wait "$machine_sp" 2>/dev/null || true
	fi
	[[ $machine_ram == '' ]] || rm -f "$machine_ram"
	machine_sp='' machine_ram=''
}

# machine_start_sp DIR [OPTION...]: the AMD-SP with a fresh RAM file
machine_start_sp() {
	local dir=$1 where=${TMPDIR:-/tmp}
	shift
	rm -rf "$dir"
	mkdir -p "$dir/sp"
	[[ -f $SP_KEYS/ark.pem ]] || "$BUILD/bin/amd-sp" init --state "$SP_KEYS"
	cp "$SP_KEYS"/* "$dir/sp/"
	[[ -w /dev/shm && $(df --output=avail -k /dev/shm | tail -n 1) -gt 800000 ]] && where=/dev/shm
	machine_ram=$(mktemp "$where/svsm-ram-XXXXXX")
	truncate -s "$MACHINE_MEMORY" "$machine_ram"
	"$BUILD/bin/amd-sp" run --ram "$machine_ram" --state "$dir/sp" "$@" >"$dir/sp.log" 2>&1 &
	machine_sp=$!
	for _ in {1..100}; do
		[[ ! -f $dir/sp/kds-url ]] || return 0
		kill -0 "$machine_sp" 2>/dev/null || break
		sleep 0.05
	done
	echo "amd-sp did not start; see $dir/sp.log" >&2
	return 1
}

# machine_start_qemu DIR IMAGE COM2 [SIMULATOR-OPTION...]: in the background. COM2 is a QEMU character device.
machine_start_qemu() {
	local dir=$1 image=$2 com2=$3
	shift 3
	timeout -k 5 "$MACHINE_SECONDS" "$QEMU" -accel tcg,thread=multi -cpu "$MACHINE_CPU_MODEL,+svm,+npt,-cx16" \
		-object "memory-backend-file,id=ram,share=on,size=$MACHINE_MEMORY,mem-path=$machine_ram" \
		-machine pc,memory-backend=ram -m "$MACHINE_MEMORY" -smp "$MACHINE_CPUS" -kernel "$BUILD/sim/snp-sim.elf" -initrd "$image" \
		-append "$*" -nodefaults -display none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=1 \
		-debugcon "file:$dir/host.log" -serial "file:$dir/console.log" -serial "$com2" >"$dir/qemu.log" 2>&1 &
	machine_qemu=$!
}

# Waits for QEMU and stops the AMD-SP; returns QEMU's exit status (docs/contracts.md section 4; 124: out of time).
machine_wait() {
	local status=0
	wait "$machine_qemu" || status=$?
	machine_qemu=''
	machine_stop_sp
	return "$status"
}

# machine_run DIR IMAGE [SIMULATOR-OPTION...]: a whole run without evidence link
machine_run() {
	local dir=$1 image=$2
	shift 2
	machine_start_sp "$dir" && machine_start_qemu "$dir" "$image" null "$@" && machine_wait
}
