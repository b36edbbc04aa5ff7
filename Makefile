# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# One non-recursive make. Each part is a folder with a module.mk that names its sources and tests.
#   make            build everything (install the packages first: make deps)
#   make attest     install packages, build, boot the image on the simulated machine, attest it; ATTACK=NAME attacks it
#   make attest-linux   the same with upstream Linux as the guest (builds a kernel: several minutes, once)
#   make test       install packages, build, run every test (SVSM_TEST_LINUX=always: also those that need a kernel first)
#   make unit-test  the unit tests alone        make check  licence and format checks
#   make images     the boot images             make clang  compile everything with clang too
#   make stack-report   what every stack of the firmware needs; a call tree in build/stack/*.html
#   make install    tools, man pages, completions and manifests below PREFIX=/usr/local (DESTDIR=... for packages)
#   make bench      measure speed, each part against its floor in the same run
#   make fuzz       fuzz every parser, FUZZ_SECONDS=60 each     make clean  remove build/

BUILD := build
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

CC := gcc
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wformat=2 -Wundef -Werror
COMMON := -std=gnu11 -O2 -g -ffile-prefix-map=$(CURDIR)=. -Iinclude -Ilib $(WARNINGS) -MMD -MP
HOST_CFLAGS := $(COMMON) -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HOST_LDFLAGS := -pie -Wl,-z,relro,-z,now
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TEST_CFLAGS := $(COMMON) -D_GNU_SOURCE -O1 $(SANITIZE)

ALL :=
UNIT_TESTS :=
BENCHES :=
CLANG_OBJS :=

# $(call host_program,NAME,SOURCES,LIBS,EXTRA_CFLAGS): build/bin/NAME; every source is also compiled with clang by `make clang`
define host_program_
$(1)_OBJS := $$(patsubst %.c,$(BUILD)/host/%.o,$(2))
$$($(1)_OBJS): EXTRA_CFLAGS := $(4)
$(BUILD)/bin/$(1): $$($(1)_OBJS)
	@mkdir -p $$(@D)
	$(CC) $(HOST_LDFLAGS) -o $$@ $$^ $(3)
ALL += $(BUILD)/bin/$(1)
$$(patsubst %.c,$(BUILD)/clang/%.o,$(2)): EXTRA_CFLAGS := $(4)
CLANG_OBJS += $$(patsubst %.c,$(BUILD)/clang/%.o,$(2))
endef
host_program = $(eval $(call host_program_,$(strip $(1)),$(2),$(3),$(4)))

# $(call host_test,NAME,SOURCES,LIBS,EXTRA_CFLAGS): build/test/NAME, a cmocka program built with sanitizers, run by `make test`
define host_test_
$(1)_TOBJS := $$(patsubst %.c,$(BUILD)/test/$(1).d/%.o,$(2))
$$($(1)_TOBJS): $(BUILD)/test/$(1).d/%.o: %.c
	@mkdir -p $$(@D)
	$(CC) $(TEST_CFLAGS) $(4) -c -o $$@ $$<
$(BUILD)/test/$(1): $$($(1)_TOBJS)
	$(CC) $(SANITIZE) -o $$@ $$^ -lcmocka $(3)
-include $$($(1)_TOBJS:.o=.d)
UNIT_TESTS += $(BUILD)/test/$(1)
endef
host_test = $(eval $(call host_test_,$(strip $(1)),$(2),$(3),$(4)))

# $(call fuzz_program,NAME,SOURCES,LIBS,EXTRA_CFLAGS): build/fuzz/NAME, a libFuzzer program; `make fuzz` runs each
FUZZERS :=
# Programs that write well-formed inputs to {folder}/{fuzzer}/
FUZZ_SEEDERS :=
FUZZ_SECONDS ?= 60
define fuzz_program_
$(BUILD)/fuzz/$(1): $(2)
	@mkdir -p $$(@D)
	clang $(filter-out -MMD -MP,$(COMMON)) -D_GNU_SOURCE $(4) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $$@ $$(filter %.c,$$^) $(3)
FUZZERS += $(1)
endef
fuzz_program = $(eval $(call fuzz_program_,$(strip $(1)),$(2),$(3),$(4)))

# $(call bench_program,NAME,SOURCES,LIBS,EXTRA_CFLAGS,ARGUMENTS): build/bench/NAME, optimised like what is shipped; `make bench`
# runs each with its arguments
BENCHES :=
define bench_program_
$(BUILD)/bench/$(1): $(2)
	@mkdir -p $$(@D)
	$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) $(4) $(HOST_LDFLAGS) -o $$@ $$(filter %.c,$$^) $(3)
.PHONY: bench-$(1)
bench-$(1): $(BUILD)/bench/$(1)
	@$(BUILD)/bench/$(1) $(5)
BENCHES += $(1)
endef
bench_program = $(eval $(call bench_program_,$(strip $(1)),$(2),$(3),$(4),$(5)))

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<
$(BUILD)/clang/%.o: %.c
	@mkdir -p $(@D)
	clang $(HOST_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

include $(sort $(wildcard lib/module.mk firmware/*/module.mk host-tools/*/module.mk test/e2e/*/module.mk manifests/module.mk))

JOBS := $(shell nproc)

.PHONY: all help deps unit-tests unit-test test attest attest-linux check clang clean fuzz bench
all: $(ALL)
help:
	@sed -n 's/^#   make/make/p' Makefile

deps:
	@scripts/install-deps

# FORM=key|list|selector|signing: how the SVSM attests the keys of the vTPM
# ATTACK=tampered-image|wrong-nonce|vmpl2-report|foreign-root|swapped-ek|swapped-manifest: the same, attacked
attest: deps
	@$(MAKE) --no-print-directory -s -j$(JOBS) all images
	@test/e2e/attest.sh $(if $(FORM),--form $(FORM)) $(if $(ATTACK),--attack $(ATTACK))

# Upstream Linux as the guest; its kernel is built once, into a cache outside this folder. ATTACK=command-line: attacked
attest-linux: deps
	@scripts/install-deps scripts/debian-packages-linux
	@$(MAKE) --no-print-directory -s -j$(JOBS) all images
	@test/e2e/linux.sh $(if $(ATTACK),--attack $(ATTACK))

# SVSM_TEST_LINUX=auto|always|never: tests with Linux as the guest when its kernels are in the cache; or get them; or not
test: deps
	@[ "$${SVSM_TEST_LINUX:-auto}" != always ] || scripts/install-deps scripts/debian-packages-linux
	@$(MAKE) --no-print-directory -s -j$(JOBS) all images unit-tests clang
	@scripts/run-tests $(UNIT_TESTS)

# Programs of the unit tests; unit-test also runs them
unit-tests: $(UNIT_TESTS)
unit-test: unit-tests
	@scripts/run-tests --unit-only $(UNIT_TESTS)
# Each fuzzer for FUZZ_SECONDS; what it finds stays in build/fuzz/
fuzz: $(addprefix $(BUILD)/fuzz/,$(FUZZERS)) $(FUZZ_SEEDERS)
	@mkdir -p $(BUILD)/fuzz/corpus
	@set -e; for s in $(FUZZ_SEEDERS); do $$s $(BUILD)/fuzz/corpus >$(BUILD)/fuzz/seeds.log 2>&1; done; for f in $(FUZZERS); do mkdir -p $(BUILD)/fuzz/corpus/$$f; echo "fuzz $$f"; \
		$(BUILD)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -rss_limit_mb=1024 -timeout=10 \
		-artifact_prefix=$(BUILD)/fuzz/$$f- $(BUILD)/fuzz/corpus/$$f \
		$$(ls -d host-tools/*/tests/corpus/$$f 2>/dev/null) 2>$(BUILD)/fuzz/$$f.log || \
		{ tail -n 40 $(BUILD)/fuzz/$$f.log; exit 1; }; grep '^Done\|stat::' $(BUILD)/fuzz/$$f.log; done
# One after the other, or they would measure each other; figures are ratios where a bare measure exists in the same run
bench: all
	@set -e; for b in $(BENCHES); do $(MAKE) --no-print-directory -s bench-$$b 2>/dev/null; done

# What a relying party or an image builder needs; the images themselves are built where they are used
PREFIX ?= /usr/local
INSTALLED_TOOLS := svsm-igvm-build svsm-attest stack-check
.PHONY: install
install: $(addprefix $(BUILD)/bin/,$(INSTALLED_TOOLS))
	@set -e; for t in $(INSTALLED_TOOLS); do \
		install -D -m 755 $(BUILD)/bin/$$t $(DESTDIR)$(PREFIX)/bin/$$t; \
		install -D -m 644 host-tools/$$t/$$t.1 $(DESTDIR)$(PREFIX)/share/man/man1/$$t.1; \
		install -D -m 644 host-tools/$$t/$$t.bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; done
	@install -D -m 644 include/svsm/stack_budget.h $(DESTDIR)$(PREFIX)/include/svsm/stack_budget.h
	@set -e; for f in $$(find manifests/keys manifests/selectors manifests/policies docs/schemas -name '*.json'); do \
		install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/svsm/$${f#docs/}; done
	@echo "installed below $(DESTDIR)$(PREFIX)"

check: deps
	@scripts/check-licence
	@scripts/check-format
clang: $(CLANG_OBJS)
clean:
	rm -rf $(BUILD)

-include $(shell [ -d $(BUILD) ] && find $(BUILD)/host $(BUILD)/clang $(BUILD)/fw $(BUILD)/sim $(BUILD)/guest -name '*.d' 2>/dev/null)
