# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# The VMPL0 kernel: build/firmware/svsm.elf

KERNEL_DIR := firmware/kernel
KERNEL_SRC := $(sort $(wildcard $(KERNEL_DIR)/*.c)) lib/format.c lib/freestanding_string.c $(sort $(wildcard $(KERNEL_DIR)/*.S))
KERNEL_OBJ := $(patsubst %,$(BUILD)/fw/%.o,$(KERNEL_SRC))
KERNEL_CPU := -ffreestanding -fno-pie -fno-pic -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-strict-aliasing -fwrapv -fno-jump-tables
KERNEL_CFLAGS := $(COMMON) $(KERNEL_CPU) -fstack-usage -Wstack-usage=1024

$(BUILD)/fw/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c -o $@ $<
$(BUILD)/fw/%.S.o: %.S $(BUILD)/$(KERNEL_DIR)/asm_offsets.h
	@mkdir -p $(@D)
	$(CC) $(COMMON) -I$(BUILD)/$(KERNEL_DIR) -c -o $@ $<

# Structure offsets for assembly, generated from the C structures
$(BUILD)/$(KERNEL_DIR)/asm_offsets.h: $(KERNEL_DIR)/offsets/asm_offsets.c $(wildcard $(KERNEL_DIR)/*.h include/svsm/*.h include/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(KERNEL_CPU) -I$(KERNEL_DIR) -g0 -S -o $@.s $<
	@{ echo "/* generated from $< */"; sed -n 's/^.*->\([A-Z0-9_]*\) \$$\([-0-9]*\).*/#define \1 \2/p' $@.s; } > $@

# The link fails when a stack may not suffice: stack_budgets.c declares them.
$(BUILD)/firmware/svsm.elf: $(KERNEL_OBJ) $(KERNEL_DIR)/kernel.lds | $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	$(CC) -nostdlib -static -no-pie -Wl,-T,$(KERNEL_DIR)/kernel.lds -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
		-Wl,--build-id=none -Wl,--orphan-handling=error -Wl,--gc-sections -Wl,--fatal-warnings -o $@ $(KERNEL_OBJ)
	$(BUILD)/bin/stack-check --quiet $@

ALL += $(BUILD)/firmware/svsm.elf
# clang compiles the same sources
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-kernel/%.o,$(filter %.c,$(KERNEL_SRC)))
$(BUILD)/clang-kernel/%.o: %.c
	@mkdir -p $(@D)
	clang $(COMMON) $(KERNEL_CPU) -c -o $@ $<

# The same files as ordinary processes, with twins of what needs the machine (tests/fake_guest.h)
$(call host_test,kernel-memory-map,$(KERNEL_DIR)/tests/test_memory_map.c $(KERNEL_DIR)/memory_map.c)
$(call host_test,kernel-guest-pages,$(KERNEL_DIR)/tests/test_guest_pages.c $(KERNEL_DIR)/guest_pages.c)
# What every twin of the guest needs, and the core protocol over it
KERNEL_FAKE_GUEST := $(addprefix $(KERNEL_DIR)/,tests/fake_guest.c calling_area.c memory_map.c guest_pages.c vcpus.c)
KERNEL_CORE := $(addprefix $(KERNEL_DIR)/,protocol_core.c pvalidate.c vcpu_calls.c vmsa_page.c)
$(call host_test,kernel-protocol-core,$(KERNEL_DIR)/tests/test_protocol_core.c $(KERNEL_FAKE_GUEST) $(KERNEL_CORE))
$(call host_test,kernel-vcpu-calls,$(KERNEL_DIR)/tests/test_vcpu_calls.c $(KERNEL_FAKE_GUEST) $(KERNEL_CORE))
$(call host_test,kernel-guest-memory,$(addprefix $(KERNEL_DIR)/,tests/test_guest_memory.c guest_memory.c memory_map.c vcpus.c))
$(call host_test,kernel-protocol-services,$(KERNEL_DIR)/tests/test_protocol_services.c $(KERNEL_FAKE_GUEST) \
	$(addprefix $(KERNEL_DIR)/,protocol_attest.c protocol_vtpm.c attest_requests.c vtpm_commands.c vtpm_budgets.c port.c) \
	lib/freestanding_string.c)
$(call host_test,kernel-vtpm-commands,$(addprefix $(KERNEL_DIR)/,tests/test_vtpm_commands.c tests/fake_services.c \
	vtpm_commands.c vtpm_budgets.c attest_vtpm.c port.c) $(KERNEL_FAKE_GUEST))
$(call host_test,kernel-busy-limit,$(addprefix $(KERNEL_DIR)/,tests/test_busy_limit.c busy_limit.c))
$(call host_test,kernel-attest-requests,$(addprefix $(KERNEL_DIR)/,tests/test_attest_requests.c tests/fake_services.c \
	attest_requests.c vtpm_commands.c vtpm_budgets.c attest_vtpm.c port.c) $(KERNEL_FAKE_GUEST))
$(call fuzz_program,kernel-calls,$(KERNEL_DIR)/tests/fuzz_calls.c $(KERNEL_FAKE_GUEST) $(KERNEL_CORE))
$(call fuzz_program,kernel-commands,$(addprefix $(KERNEL_DIR)/,tests/fuzz_commands.c tests/fake_services.c \
	vtpm_commands.c vtpm_budgets.c attest_vtpm.c port.c) $(KERNEL_FAKE_GUEST))
$(call fuzz_program,kernel-services,$(addprefix $(KERNEL_DIR)/,tests/fuzz_services.c protocol_attest.c protocol_vtpm.c \
	attest_requests.c vtpm_commands.c vtpm_budgets.c port.c) $(KERNEL_FAKE_GUEST))
