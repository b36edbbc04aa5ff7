# shellcheck shell=busybox
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# What the kernel's own detectors saw while the other checks ran.
quiet() { # PATTERN: the kernel's log has no such line
	! dmesg | grep -i -E "$1"
}

says() {
	dmesg | grep -q -F "$1" || { echo "the kernel does not say '$1'" && return 1; }
}

check 'kernel: SNP guest' says 'Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP'
check 'kernel: VMPL2' says 'SNP running at VMPL2'
check 'kernel: no lockup, stall or hung task' quiet 'lockup|rcu.*stall|blocked for more than|hung'
check 'kernel: no complaint about ACPI tables' quiet 'ACPI (BIOS )?(Error|Warning|Exception)|Firmware Bug'
check 'kernel: no warning or oops' quiet 'cut here|BUG:|Oops|Call Trace|unchecked MSR'
dmesg | grep -E 'SEV|tpm|tsm' | sed 's/^/dmesg: /'
