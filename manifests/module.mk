# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Boot images. File names in a description are relative to the build folder.

IMAGE_BUILD := $(BUILD)/bin/svsm-igvm-build
IMAGES := $(BUILD)/images/conformance.igvm

$(BUILD)/images/%.igvm $(BUILD)/images/%.reference.json &: manifests/images/%.json $(IMAGE_BUILD)
	@mkdir -p $(BUILD)/images
	$(IMAGE_BUILD) build $< --input-dir $(BUILD) -o $(BUILD)/images/$*.igvm \
		--reference $(BUILD)/images/$*.reference.json

$(BUILD)/images/conformance.igvm $(BUILD)/images/conformance.reference.json: $(addprefix $(BUILD)/, \
	firmware/svsm.elf firmware/vtpm firmware/attest guest/conformance.elf)

.PHONY: images
images: $(IMAGES)
