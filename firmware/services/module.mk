# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# Ring-3 services: static executables, build/firmware/{vtpm,attest}

SERVICES_DIR := firmware/services
SERVICE_CFLAGS := $(COMMON) -D_GNU_SOURCE -fno-pie -fstack-usage -ffunction-sections -fdata-sections -fstack-protector-strong \
	-I$(SERVICES_DIR)/common
# The linker warns of dlopen and getaddrinfo in a static program; libcrypto refers to them, a service has no path to them.
SERVICE_LDFLAGS := -static -no-pie -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,-z,norelro -Wl,--gc-sections \
	-Wl,--build-id=none -Wl,--no-warnings -Wl,--strip-debug

VTPM_SRC := $(sort $(wildcard $(SERVICES_DIR)/vtpm/*.c)) $(SERVICES_DIR)/common/service_io.c lib/key_templates.c
ATTEST_SRC := $(sort $(wildcard $(SERVICES_DIR)/attest/*.c)) $(SERVICES_DIR)/common/service_io.c

$(BUILD)/service/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SERVICE_CFLAGS) -c -o $@ $<
# The link fails when the stack the kernel gives a service may not suffice; these say what the libraries' code does not tell.
VTPM_STACK := $(addprefix $(SERVICES_DIR)/,stack.json stack-tpm.json)
ATTEST_STACK := $(SERVICES_DIR)/stack.json
$(BUILD)/firmware/vtpm: $(patsubst %.c,$(BUILD)/service/%.o,$(VTPM_SRC)) $(VTPM_STACK) | $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	$(CC) $(SERVICE_LDFLAGS) -o $@ $(filter %.o,$^) -ltpms -lcrypto
	$(BUILD)/bin/stack-check --quiet $(addprefix --config ,$(VTPM_STACK)) $@
$(BUILD)/firmware/attest: $(patsubst %.c,$(BUILD)/service/%.o,$(ATTEST_SRC)) $(ATTEST_STACK) | $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	$(CC) $(SERVICE_LDFLAGS) -o $@ $(filter %.o,$^) -lcrypto
	$(BUILD)/bin/stack-check --quiet $(addprefix --config ,$(ATTEST_STACK)) $@

ALL += $(BUILD)/firmware/vtpm $(BUILD)/firmware/attest
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-service/%.o,$(VTPM_SRC) $(ATTEST_SRC))
$(BUILD)/clang-service/%.o: %.c
	@mkdir -p $(@D)
	clang $(filter-out -fstack-usage,$(SERVICE_CFLAGS)) -c -o $@ $<
-include $(patsubst %.c,$(BUILD)/service/%.d,$(VTPM_SRC) $(ATTEST_SRC))

# The same services as processes of the build host
SERVICE_TESTS := $(SERVICES_DIR)/tests
$(BUILD)/test/vtpm-sanitized: $(VTPM_SRC) $(wildcard $(SERVICES_DIR)/*/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(TEST_CFLAGS)) -I$(SERVICES_DIR)/common $(SANITIZE) -o $@ $(VTPM_SRC) -ltpms -lcrypto
$(BUILD)/test/attest-sanitized: $(ATTEST_SRC) $(wildcard $(SERVICES_DIR)/*/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(TEST_CFLAGS)) -I$(SERVICES_DIR)/common $(SANITIZE) -o $@ $(ATTEST_SRC) -lcrypto
TPM_SOCKET_SRC := $(SERVICE_TESTS)/tpm_socket.c $(SERVICE_TESTS)/service_process.c $(SERVICES_DIR)/common/service_io.c
$(BUILD)/test/tpm-socket: $(TPM_SOCKET_SRC) $(wildcard $(SERVICES_DIR)/*/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(TEST_CFLAGS)) -I$(SERVICES_DIR)/common $(SANITIZE) -o $@ $(TPM_SOCKET_SRC)
.PHONY: service-tests
service-tests: $(addprefix $(BUILD)/test/,vtpm-sanitized attest-sanitized tpm-socket)
unit-tests: service-tests
$(call host_test,service-attest,$(SERVICE_TESTS)/test_attest.c $(SERVICE_TESTS)/fake_peers.c \
	$(SERVICE_TESTS)/service_process.c $(SERVICES_DIR)/common/service_io.c,-lcrypto,-I$(SERVICES_DIR)/common)
$(BUILD)/test/service-attest: | $(BUILD)/test/attest-sanitized
$(call host_test,service-vtpm,$(SERVICE_TESTS)/test_vtpm.c $(SERVICE_TESTS)/service_process.c \
	$(SERVICES_DIR)/common/service_io.c,,-I$(SERVICES_DIR)/common)
$(BUILD)/test/service-vtpm: | $(BUILD)/test/vtpm-sanitized $(BUILD)/keys/conformance.keys
$(call fuzz_program,service-vtpm,$(SERVICE_TESTS)/fuzz_vtpm.c $(filter-out %/main.c,$(VTPM_SRC)),-ltpms -lcrypto,\
	-I$(SERVICES_DIR)/common -I$(SERVICES_DIR)/vtpm)
$(call fuzz_program,service-tpm-commands,$(SERVICE_TESTS)/fuzz_tpm_commands.c $(filter-out %/main.c,$(VTPM_SRC)),-ltpms \
	-lcrypto,-I$(SERVICES_DIR)/common -I$(SERVICES_DIR)/vtpm)
$(call host_test,service-key-maker,$(SERVICE_TESTS)/test_key_maker.c $(addprefix $(SERVICES_DIR)/vtpm/,key_maker.c \
	primary_key.c tpm_engine.c tpm_store.c),-ltpms -lcrypto,-I$(SERVICES_DIR)/vtpm)
$(call host_test,service-failure-mode,$(SERVICE_TESTS)/test_failure_mode.c $(filter-out %/main.c,$(VTPM_SRC)),\
	-ltpms -lcrypto -Xlinker --wrap=CRYPTO_memdup,-I$(SERVICES_DIR)/common -I$(SERVICES_DIR)/vtpm)
$(call bench_program,service-keys,$(SERVICE_TESTS)/bench_keys.c $(addprefix $(SERVICES_DIR)/vtpm/,key_maker.c primary_key.c \
	tpm_engine.c tpm_store.c) lib/key_templates.c,-ltpms -lcrypto,-I$(SERVICES_DIR)/vtpm)

# Bounds of all stacks of kernel and services: a table, and build/stack/*.{json,html}
STACK_REPORTS := $(addprefix $(BUILD)/stack/,kernel.json vtpm.json attest.json)
$(BUILD)/stack/kernel.json: $(BUILD)/firmware/svsm.elf $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	$(BUILD)/bin/stack-check --json --html $(@:.json=.html) $< >$@
$(BUILD)/stack/vtpm.json: STACK_CONFIG := $(VTPM_STACK)
$(BUILD)/stack/attest.json: STACK_CONFIG := $(ATTEST_STACK)
$(BUILD)/stack/vtpm.json: $(VTPM_STACK)
$(BUILD)/stack/vtpm.json $(BUILD)/stack/attest.json: $(BUILD)/stack/%.json: $(BUILD)/firmware/% $(ATTEST_STACK) $(BUILD)/bin/stack-check
	@mkdir -p $(@D)
	$(BUILD)/bin/stack-check --json --html $(@:.json=.html) $(addprefix --config ,$(STACK_CONFIG)) $< >$@
ALL += $(STACK_REPORTS)
.PHONY: stack-report
stack-report: $(STACK_REPORTS)
	@$(SERVICES_DIR)/stack-report $(BUILD)
