# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# The conformance guest: build/guest/conformance.elf

GUEST_DIR := test/e2e/conformance
GUEST_SRC := $(sort $(wildcard $(GUEST_DIR)/*.c)) lib/format.c lib/freestanding_string.c
GUEST_OBJ := $(patsubst %,$(BUILD)/guest/%.o,$(GUEST_SRC) $(sort $(wildcard $(GUEST_DIR)/*.S)))
GUEST_CPU := -ffreestanding -fno-pie -fno-pic -mcmodel=small -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing -fwrapv -fno-jump-tables

$(BUILD)/guest/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(GUEST_CPU) -Wframe-larger-than=1024 -c -o $@ $<
$(BUILD)/guest/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(COMMON) -c -o $@ $<
$(BUILD)/guest/conformance.elf: $(GUEST_OBJ) $(GUEST_DIR)/guest.lds
	$(CC) -nostdlib -static -no-pie -Wl,-T,$(GUEST_DIR)/guest.lds -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
		-Wl,--build-id=none -Wl,--fatal-warnings -o $@ $(GUEST_OBJ)

ALL += $(BUILD)/guest/conformance.elf
# clang compiles the same sources
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-guest/%.o,$(GUEST_SRC))
$(BUILD)/clang-guest/%.o: %.c
	@mkdir -p $(@D)
	clang $(COMMON) $(GUEST_CPU) -c -o $@ $<

$(call host_test,conformance-wire,$(addprefix $(GUEST_DIR)/,tests/test_wire.c base64.c hex.c json.c tpm_wire.c))
