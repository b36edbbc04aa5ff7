# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# The conformance guest, build/guest/conformance.elf, and guests of the same parts that attack: build/guest/NAME.elf

GUEST_DIR := test/e2e/conformance
GUEST_SRC := $(sort $(wildcard $(GUEST_DIR)/*.c)) lib/format.c lib/freestanding_string.c
GUEST_OBJ := $(patsubst %,$(BUILD)/guest/%.o,$(GUEST_SRC) $(sort $(wildcard $(GUEST_DIR)/*.S)))
GUEST_PARTS := $(filter-out $(BUILD)/guest/$(GUEST_DIR)/main.c.o,$(GUEST_OBJ))
GUEST_HOSTILE := $(sort $(wildcard $(GUEST_DIR)/hostile/*.c))
GUEST_CPU := -ffreestanding -fno-pie -fno-pic -mcmodel=small -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing -fwrapv -fno-jump-tables

$(BUILD)/guest/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(GUEST_CPU) -I$(GUEST_DIR) -Wframe-larger-than=1024 -c -o $@ $<
$(BUILD)/guest/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(COMMON) -c -o $@ $<
GUEST_LINK = $(CC) -nostdlib -static -no-pie -Wl,-T,$(GUEST_DIR)/guest.lds -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
	-Wl,--build-id=none -Wl,--fatal-warnings -o $@ $(filter %.o,$^)
$(BUILD)/guest/conformance.elf: $(GUEST_OBJ) $(GUEST_DIR)/guest.lds
	$(GUEST_LINK)
$(BUILD)/guest/%.elf: $(BUILD)/guest/$(GUEST_DIR)/hostile/%.c.o $(GUEST_PARTS) $(GUEST_DIR)/guest.lds
	$(GUEST_LINK)

ALL += $(BUILD)/guest/conformance.elf $(patsubst $(GUEST_DIR)/hostile/%.c,$(BUILD)/guest/%.elf,$(GUEST_HOSTILE))
# clang compiles the same sources
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-guest/%.o,$(GUEST_SRC) $(GUEST_HOSTILE))
$(BUILD)/clang-guest/%.o: %.c
	@mkdir -p $(@D)
	clang $(COMMON) $(GUEST_CPU) -I$(GUEST_DIR) -c -o $@ $<

$(call host_test,conformance-wire,$(addprefix $(GUEST_DIR)/,tests/test_wire.c base64.c hex.c json.c tpm_wire.c))
