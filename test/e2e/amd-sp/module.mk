# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
# The AMD-SP and key distribution service of the simulated machine: build/bin/amd-sp

AMD_SP_DIR := test/e2e/amd-sp
# The AMD-SP as a library: tests of guest software link AMD_SP_CORE with AMD_SP_CORE_LIBS and -I$(AMD_SP_DIR)
AMD_SP_CORE := $(addprefix $(AMD_SP_DIR)/,sp_core.c sp_launch.c sp_id_block.c sp_message.c sp_report.c sp_key.c sp_state.c \
	sp_certs.c sp_signature.c sp_file.c sp_hex.c sp_error.c)
AMD_SP_CORE_LIBS := -lcrypto -ljansson
AMD_SP_SERVER := $(addprefix $(AMD_SP_DIR)/,kds.c mailbox.c sp_ram.c launch_summary.c sp_log.c)

$(call host_program,amd-sp,$(addprefix $(AMD_SP_DIR)/,main.c cmd_init.c cmd_run.c cmd_forge.c) $(AMD_SP_CORE) \
	$(AMD_SP_SERVER),$(AMD_SP_CORE_LIBS) -lmicrohttpd,-I$(AMD_SP_DIR))

# One chip and its test CA per build directory: RSA-4096 keys take seconds
AMD_SP_STATE := $(BUILD)/amd-sp
$(AMD_SP_STATE)/ark.pem: | $(BUILD)/bin/amd-sp
	$(BUILD)/bin/amd-sp init --state $(AMD_SP_STATE)
ALL += $(AMD_SP_STATE)/ark.pem
