# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

D := host-tools/svsm-attest
ATTEST_CORE := $(addprefix $(D)/,error.c blob.c file.c json_read.c product.c report.c tpm_public.c tpm_profile.c \
	manifest.c evidence.c state.c credential.c policy.c reference.c chain.c vcek.c kds.c quote.c event_log.c verify.c \
	verify_platform.c verify_firmware.c verify_tpm.c verdict.c)
ATTEST_LIBS := -ljansson -lcurl -ltss2-mu -lcrypto

$(call host_program,svsm-attest,$(addprefix $(D)/,main.c cmd_challenge.c cmd_credential.c cmd_verify.c) \
	$(ATTEST_CORE),$(ATTEST_LIBS),-I$(D))

T := $(D)/tests
$(call host_test,svsm-attest-tests,$(addprefix $(T)/,main.c fixture.c fixture_certs.c fixture_keys.c test_parse.c \
	test_chain.c) \
	$(ATTEST_CORE),$(ATTEST_LIBS),-I$(D))
