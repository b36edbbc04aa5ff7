# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

D := host-tools/svsm-igvm-build
IGVM_BUILD_CORE := $(addprefix $(D)/,error.c elf_file.c sev_features.c vmsa.c vmsa_fields.c vmm.c cpu_model.c profile.c findings.c \
	findings_json.c description.c description_find.c image.c guest_layout.c guest_layout_linux.c acpi_tables.c guest_layout_ovmf.c \
	igvm_write.c igvm_types.c igvm_parse.c igvm_rules.c load.c accept.c digest_chain.c launch_order.c measure.c ovmf.c sev_hashes.c \
	measure_ovmf.c snp_key.c snp_key_load.c id_block.c blob.c image_keys.c differences.c differences_pages.c differences_values.c options.c inspect.c \
	inspect_header.c inspect_text.c contents.c file.c) \
	lib/launch_digest.c lib/bit_names.c $(KEY_TEMPLATE_SRC)
IGVM_BUILD_MANIFEST := $(addprefix $(D)/,manifest_file.c manifest_print.c manifest_probe.c) $(KEY_PROBE_SRC)
IGVM_BUILD_LIBS := $(KEY_TEMPLATE_LIBS) $(KEY_PROBE_LIBS) -lz -pthread
IGVM_BUILD_CFLAGS := -I$(D) -I$(KEY_TEMPLATE_DIR) -Ifirmware/services/vtpm

$(call host_program,svsm-igvm-build,$(addprefix $(D)/,main.c cmd_build.c cmd_measure.c cmd_inspect.c cmd_lint.c \
	cmd_profiles.c cmd_manifest.c cmd_sign.c cmd_verify_id.c build.c sign.c reference.c reference_signed.c statement.c json_output.c steps_print.c \
	cmd_rebuild.c cmd_diff.c) \
	$(IGVM_BUILD_CORE) $(IGVM_BUILD_MANIFEST),$(IGVM_BUILD_LIBS),$(IGVM_BUILD_CFLAGS))

$(call host_test,svsm-igvm-build,$(addprefix $(D)/tests/,main.c fixture.c test_digest.c test_image.c test_parse.c \
	test_description.c test_ovmf.c test_id_block.c test_acpi.c test_linux.c) $(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),-I$(D) -I$(KEY_TEMPLATE_DIR))

# The command line and keys in tokens are tested as a program; UNIT_TESTS holds executables.
$(BUILD)/test/svsm-igvm-build-%: $(D)/tests/%.sh $(BUILD)/bin/svsm-igvm-build
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/svsm-igvm-build\n' >$@
	@chmod +x $@
UNIT_TESTS += $(BUILD)/test/svsm-igvm-build-cli $(BUILD)/test/svsm-igvm-build-pkcs11

$(call fuzz_program,igvm,$(D)/tests/fuzz_igvm.c $(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),-I$(D) -I$(KEY_TEMPLATE_DIR))
$(call fuzz_program,ovmf,$(D)/tests/fuzz_ovmf.c $(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),-I$(D) -I$(KEY_TEMPLATE_DIR))

$(call bench_program,igvm-measure,$(D)/tests/bench_measure.c $(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),$(IGVM_BUILD_CFLAGS),$(BUILD)/bin/svsm-igvm-build)
