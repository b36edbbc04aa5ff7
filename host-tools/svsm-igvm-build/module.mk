# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

D := host-tools/svsm-igvm-build
IGVM_BUILD_CORE := $(addprefix $(D)/,error.c elf_file.c vmsa.c description.c image.c guest_layout.c guest_layout_linux.c igvm_write.c \
	igvm_types.c igvm_parse.c igvm_rules.c measure.c reference.c options.c inspect.c file.c) lib/launch_digest.c
IGVM_BUILD_LIBS := -ljansson -lcrypto -lz

$(call host_program,svsm-igvm-build,$(addprefix $(D)/,main.c cmd_build.c cmd_measure.c cmd_inspect.c) \
	$(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),-I$(D))

$(call host_test,svsm-igvm-build,$(addprefix $(D)/tests/,main.c fixture.c test_digest.c test_image.c test_parse.c \
	test_description.c) $(IGVM_BUILD_CORE),$(IGVM_BUILD_LIBS),-I$(D))

# The command line is tested as a program; UNIT_TESTS holds executables.
$(BUILD)/test/svsm-igvm-build-cli: $(D)/tests/cli.sh $(BUILD)/bin/svsm-igvm-build
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec $< $(BUILD)/bin/svsm-igvm-build\n' >$@
	@chmod +x $@
UNIT_TESTS += $(BUILD)/test/svsm-igvm-build-cli

$(call fuzz_program,igvm,$(D)/tests/fuzz_igvm.c $(addprefix $(D)/,error.c vmsa.c igvm_types.c igvm_parse.c igvm_rules.c \
	measure.c inspect.c options.c) lib/launch_digest.c,-ljansson -lcrypto -lz,-I$(D))
