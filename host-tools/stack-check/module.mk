# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

STACK_CHECK_DIR := host-tools/stack-check
STACK_CHECK_CORE := $(filter-out %/main.c %/options.c,$(sort $(wildcard $(STACK_CHECK_DIR)/*.c)))
STACK_CHECK_LIBS := -lelf -ldw -lZydis -ljansson

$(call host_program,stack-check,$(addprefix $(STACK_CHECK_DIR)/,main.c options.c) $(STACK_CHECK_CORE), \
	$(STACK_CHECK_LIBS),-I$(STACK_CHECK_DIR))

# Runs a program one instruction at a time and tells how much stack a function used
$(BUILD)/test/measure: $(STACK_CHECK_DIR)/tests/measure.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) -D_GNU_SOURCE -o $@ $<

# Bounds against measurements, over the programs of tests/programs
$(BUILD)/test/stack-check-measured: $(STACK_CHECK_DIR)/tests/measured.sh $(BUILD)/bin/stack-check $(BUILD)/test/measure
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/stack-check $(BUILD)/test/measure\n' >$@
	@chmod +x $@
UNIT_TESTS += $(BUILD)/test/stack-check-measured

$(call host_test,stack-check,$(addprefix $(STACK_CHECK_DIR)/tests/,main.c test_evidence.c test_config.c test_bound.c \
	test_frame.c) $(STACK_CHECK_CORE),$(STACK_CHECK_LIBS),-I$(STACK_CHECK_DIR))

$(call fuzz_program,stack-check-text,$(STACK_CHECK_DIR)/tests/fuzz_text.c $(STACK_CHECK_CORE),$(STACK_CHECK_LIBS), \
	-I$(STACK_CHECK_DIR))
$(call fuzz_program,stack-check-elf,$(STACK_CHECK_DIR)/tests/fuzz_elf.c $(STACK_CHECK_CORE),$(STACK_CHECK_LIBS), \
	-I$(STACK_CHECK_DIR))

$(BUILD)/test/stack-check-cli: $(STACK_CHECK_DIR)/tests/cli.sh $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/stack-check\n' >$@
	@chmod +x $@
UNIT_TESTS += $(BUILD)/test/stack-check-cli

# The guide, followed to the letter
$(BUILD)/test/stack-check-guide: $(STACK_CHECK_DIR)/tests/guide.sh $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/stack-check\n' >$@
	@chmod +x $@
UNIT_TESTS += $(BUILD)/test/stack-check-guide

$(BUILD)/bench/stack-check.sh: $(STACK_CHECK_DIR)/tests/bench.sh $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/stack-check $(BUILD)/bench/stack-check\n' >$@
	@chmod +x $@
.PHONY: bench-stack-check
bench-stack-check: $(BUILD)/bench/stack-check.sh
	@$<
BENCHES += stack-check
