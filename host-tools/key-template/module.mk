# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# Key templates: a library that svsm-igvm-build and svsm-attest link (their module.mk come later and use these names)

KEY_TEMPLATE_DIR := host-tools/key-template
KEY_TEMPLATE_SRC := $(addprefix $(KEY_TEMPLATE_DIR)/,document.c document_text.c json_read.c json_write.c match.c names.c \
	place.c policy.c profile.c rules.c) lib/key_templates.c
KEY_TEMPLATE_LIBS := -ljansson -ltss2-mu -lcrypto
# Asks libtpms itself, by the code that the vtpm service runs
KEY_PROBE_SRC := $(addprefix firmware/services/vtpm/,tpm_engine.c tpm_store.c primary_key.c)
KEY_PROBE_LIBS := -Wl,-Bstatic -ltpms -Wl,-Bdynamic -ltss2-rc -lcrypto

KT := $(KEY_TEMPLATE_DIR)/tests
$(call host_test,key-template,$(addprefix $(KT)/,main.c test_profile.c test_text.c test_bytes.c test_match.c) \
	$(KEY_TEMPLATE_SRC),$(KEY_TEMPLATE_LIBS),-I$(KEY_TEMPLATE_DIR))
$(call fuzz_program,key-template,$(KT)/fuzz_document.c $(KEY_TEMPLATE_SRC),$(KEY_TEMPLATE_LIBS),-I$(KEY_TEMPLATE_DIR))
FUZZ_SEEDERS += $(KT)/write-seeds
