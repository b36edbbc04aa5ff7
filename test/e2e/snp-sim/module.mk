# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# The simulated SNP host: a bare-metal hypervisor for QEMU's multiboot loader

SIM_DIR := test/e2e/snp-sim
SIM_SRC := $(sort $(wildcard $(SIM_DIR)/*.c)) lib/format.c lib/freestanding_string.c
SIM_OBJ := $(patsubst %,$(BUILD)/sim/%.o,$(SIM_SRC) $(SIM_DIR)/boot.S)
SIM_CPU := -ffreestanding -fno-pie -fno-pic -mcmodel=small -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing

$(BUILD)/sim/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(SIM_CPU) -c -o $@ $<
$(BUILD)/sim/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(COMMON) -c -o $@ $<
$(BUILD)/sim/snp-sim64.elf: $(SIM_OBJ) $(SIM_DIR)/snp-sim.lds
	$(CC) -nostdlib -static -no-pie -Wl,-T,$(SIM_DIR)/snp-sim.lds -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
		-Wl,--build-id=none -Wl,--no-warn-rwx-segments -o $@ $(SIM_OBJ)
# QEMU's multiboot loader takes 32-bit ELF files only
$(BUILD)/sim/snp-sim.elf: $(BUILD)/sim/snp-sim64.elf
	objcopy -O elf32-i386 -S $< $@

ALL += $(BUILD)/sim/snp-sim.elf
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-sim/%.o,$(SIM_SRC))
$(BUILD)/clang-sim/%.o: %.c
	@mkdir -p $(@D)
	clang $(COMMON) $(SIM_CPU) -c -o $@ $<
