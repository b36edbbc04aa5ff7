# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# Objects of the rule tests; run.sh links one program a rule.

RULES_OBJ := $(addprefix $(BUILD)/rules/,start.o machine.o smp.o rules.o rules_smp.o rules_apic.o)
RULES_CPU := -ffreestanding -fno-pie -fno-pic -mcmodel=small -mno-red-zone -mgeneral-regs-only -fno-stack-protector \
	-fcf-protection=none -fno-asynchronous-unwind-tables -fno-jump-tables
$(BUILD)/rules/%.o: test/e2e/rules/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(RULES_CPU) -c -o $@ $<
$(BUILD)/rules/%.o: test/e2e/rules/%.S
	@mkdir -p $(@D)
	$(CC) $(COMMON) -c -o $@ $<
ALL += $(RULES_OBJ)
CLANG_OBJS += $(addprefix $(BUILD)/clang-rules/,machine.o smp.o rules.o rules_smp.o rules_apic.o)
$(BUILD)/clang-rules/%.o: test/e2e/rules/%.c
	@mkdir -p $(@D)
	clang $(COMMON) $(RULES_CPU) -c -o $@ $<
-include $(RULES_OBJ:.o=.d)
