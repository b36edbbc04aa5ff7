# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# build/guest/ovmf-standin.fd: an OVMF that only checks what the SVSM prepares

D := test/e2e/ovmf
$(BUILD)/guest/ovmf-standin.fd: $(D)/flash.S
	@mkdir -p $(@D)
	$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--section-start=.flash=0xffff0000 \
		-Wl,-e,flash -o $@.elf $<
	objcopy -O binary -j .flash $@.elf $@
ALL += $(BUILD)/guest/ovmf-standin.fd
