# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# Ring-3 services: static executables, build/firmware/{vtpm,attest}

SERVICES_DIR := firmware/services
SERVICE_CFLAGS := $(COMMON) -D_GNU_SOURCE -fno-pie -fstack-usage -ffunction-sections -fdata-sections -fstack-protector-strong \
	-I$(SERVICES_DIR)/common
# The linker warns of dlopen and getaddrinfo in a static program; libcrypto refers to them, a service has no path to them.
SERVICE_LDFLAGS := -static -no-pie -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,-z,norelro -Wl,--gc-sections \
	-Wl,--build-id=none -Wl,--no-warnings -Wl,--strip-debug

VTPM_SRC := $(sort $(wildcard $(SERVICES_DIR)/vtpm/*.c)) $(SERVICES_DIR)/common/service_io.c
ATTEST_SRC := $(sort $(wildcard $(SERVICES_DIR)/attest/*.c)) $(SERVICES_DIR)/common/service_io.c

$(BUILD)/service/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SERVICE_CFLAGS) -c -o $@ $<
$(BUILD)/firmware/vtpm: $(patsubst %.c,$(BUILD)/service/%.o,$(VTPM_SRC))
	@mkdir -p $(@D)
	$(CC) $(SERVICE_LDFLAGS) -o $@ $^ -ltpms -lcrypto
$(BUILD)/firmware/attest: $(patsubst %.c,$(BUILD)/service/%.o,$(ATTEST_SRC))
	@mkdir -p $(@D)
	$(CC) $(SERVICE_LDFLAGS) -o $@ $^ -lcrypto

ALL += $(BUILD)/firmware/vtpm $(BUILD)/firmware/attest
CLANG_OBJS += $(patsubst %.c,$(BUILD)/clang-service/%.o,$(VTPM_SRC) $(ATTEST_SRC))
$(BUILD)/clang-service/%.o: %.c
	@mkdir -p $(@D)
	clang $(filter-out -fstack-usage,$(SERVICE_CFLAGS)) -c -o $@ $<
-include $(patsubst %.c,$(BUILD)/service/%.d,$(VTPM_SRC) $(ATTEST_SRC))
