# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

D := host-tools/svsm-attest
ATTEST_CORE := $(addprefix $(D)/,error.c blob.c clock.c file.c json_read.c product.c check.c finding.c report.c report_json.c \
	tpm_public.c tpm_profile.c manifest.c evidence.c state.c credential.c floor.c policy_names.c policy.c policy_report.c policy_tpm.c reference.c \
	certificate.c certificate_memo.c certificate_table.c root.c chain.c crl.c leaf.c kds.c cache.c certs.c quote.c event_type.c \
	event_log.c verify.c verify_parse.c verify_platform.c verify_tcb.c verify_policy.c verify_tpm.c \
	verify_event_log.c verify_options.c loose_files.c verdict.c verdict_json.c batch.c batch_item.c file_kind.c \
	show.c show_manifest.c show_report.c show_certificate.c show_event_log.c)
# In the guest
ATTEST_COLLECT := $(addprefix $(D)/,tsm.c tpm_client.c evidence_json.c collect.c)
ATTEST_TPM_LIBS := -ltss2-esys -ltss2-tctildr -ltss2-rc
# Expected keys: the library that svsm-igvm-build has too
ATTEST_CORE += $(D)/expectation.c lib/bit_names.c $(KEY_TEMPLATE_SRC)
ATTEST_LIBS := -lcurl $(KEY_TEMPLATE_LIBS)
ATTEST_CFLAGS := -I$(D) -I$(KEY_TEMPLATE_DIR)

$(call host_program,svsm-attest,$(addprefix $(D)/,main.c commands.c cmd_challenge.c cmd_activate.c cmd_verify.c \
	cmd_batch.c cmd_fetch.c cmd_show.c cmd_collect.c) \
	$(ATTEST_CORE) $(ATTEST_COLLECT),$(ATTEST_LIBS) $(ATTEST_TPM_LIBS),$(ATTEST_CFLAGS))

T := $(D)/tests
ATTEST_FIXTURE := $(addprefix $(T)/,fixture.c fixture_certs.c fixture_keys.c fixture_coverage.c)
$(call host_test,svsm-attest-tests,$(ATTEST_FIXTURE) $(addprefix $(T)/,main.c fixture_policy.c test_report_fields.c test_parse.c \
	test_chain.c test_policy.c test_policy_file.c test_tpm.c test_event_log.c test_vectors.c \
	test_state.c test_kds.c test_cache.c test_secrets.c fixture_net.c kds_server.c test_expectation.c test_manifest.c test_reference.c test_loose_files.c) $(ATTEST_CORE),$(ATTEST_LIBS) -lmicrohttpd,$(ATTEST_CFLAGS))

# configfs-tsm as a folder: the kernel's part of mkdir and open
FAKE_TSM := -Wl,--wrap=mkdir -Wl,--wrap=rmdir -Wl,--wrap=open
$(call host_test,svsm-attest-collect,$(addprefix $(T)/,test_collect.c fake_tsm.c fake_tpm.c) $(ATTEST_FIXTURE) \
	$(ATTEST_CORE) $(ATTEST_COLLECT),$(ATTEST_LIBS) $(ATTEST_TPM_LIBS) $(FAKE_TSM),$(ATTEST_CFLAGS) -I$(T))

# The machine that the commands of the guide run on; tests/guide.sh runs it
ATTEST_GUIDE := $(addprefix $(T)/,guide_machine.c fake_tsm.c fake_tpm.c fixture_net.c kds_server.c) $(ATTEST_FIXTURE) \
	$(addprefix $(D)/,commands.c cmd_collect.c) $(ATTEST_CORE) $(ATTEST_COLLECT)
$(BUILD)/test/svsm-attest-guide-machine: $(patsubst %.c,$(BUILD)/host/%.o,$(ATTEST_GUIDE))
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^ -lcmocka -lmicrohttpd $(ATTEST_LIBS) $(ATTEST_TPM_LIBS) $(FAKE_TSM)
$(patsubst %.c,$(BUILD)/host/%.o,$(filter $(T)/%,$(ATTEST_GUIDE))): EXTRA_CFLAGS := $(ATTEST_CFLAGS) -I$(T)
unit-tests: $(BUILD)/test/svsm-attest-guide-machine

$(call bench_program,svsm-attest,$(T)/bench.c $(ATTEST_FIXTURE) $(ATTEST_CORE),-lcmocka $(ATTEST_LIBS),$(ATTEST_CFLAGS) -I$(T))

# Not run by itself: `make fuzz` starts from what it writes
$(BUILD)/fuzz/svsm-attest-seeds: $(T)/write_seeds.c $(ATTEST_FIXTURE) $(ATTEST_CORE)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) $(ATTEST_CFLAGS) -Ihost-tools/svsm-attest/tests $(HOST_LDFLAGS) \
		-o $@ $^ -lcmocka $(ATTEST_LIBS)
FUZZ_SEEDERS += $(BUILD)/fuzz/svsm-attest-seeds
attest_fuzz = $(call fuzz_program,svsm-attest-fuzz-$(1),$(T)/fuzz.c $(ATTEST_CORE),$(ATTEST_LIBS),$(ATTEST_CFLAGS) -DFUZZ=$(2))
$(call attest_fuzz,bundle,1)
$(call attest_fuzz,report,2)
$(call attest_fuzz,certificates,3)
$(call attest_fuzz,tpm,4)
$(call attest_fuzz,event-log,5)
$(call attest_fuzz,json,6)
$(call attest_fuzz,batch,7)

# The unit tests without sanitizers, for valgrind: make valgrind-svsm-attest (minutes, so not part of make test)
ATTEST_PLAIN := $(patsubst $(BUILD)/test/svsm-attest-tests.d/%,$(BUILD)/host/%,$(svsm-attest-tests_TOBJS))
$(filter $(BUILD)/host/$(T)/%,$(ATTEST_PLAIN)): EXTRA_CFLAGS := $(ATTEST_CFLAGS) -I$(T)
$(BUILD)/test/svsm-attest-tests-plain: $(ATTEST_PLAIN)
	@mkdir -p $(@D)
	$(CC) $(HOST_LDFLAGS) -o $@ $^ -lcmocka -lmicrohttpd $(ATTEST_LIBS)
.PHONY: valgrind-svsm-attest
valgrind-svsm-attest: $(BUILD)/test/svsm-attest-tests-plain
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect $<
