# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# Key-template manifests, manifest selectors, and boot images. File names in a description are relative to the build
# folder.

IMAGE_BUILD := $(BUILD)/bin/svsm-igvm-build
IMAGES := $(BUILD)/images/conformance.igvm

KEY_MANIFESTS := $(patsubst manifests/keys/%.json,$(BUILD)/keys/%.keys,$(sort $(wildcard manifests/keys/*.json)))
SELECTORS := $(patsubst manifests/selectors/%.json,$(BUILD)/selectors/%.selector,$(sort $(wildcard manifests/selectors/*.json)))
$(BUILD)/keys/%.keys: manifests/keys/%.json $(IMAGE_BUILD)
	@mkdir -p $(@D)
	$(IMAGE_BUILD) manifest compile $< -o $@
$(BUILD)/selectors/%.selector: manifests/selectors/%.json $(IMAGE_BUILD)
	@mkdir -p $(@D)
	$(IMAGE_BUILD) manifest compile $< -o $@

# What scripts read and people look up: build/keys/NAME.json, build/selectors/NAME.json
$(BUILD)/keys/%.json: $(BUILD)/keys/%.keys
	$(IMAGE_BUILD) manifest print --json $< >$@
$(BUILD)/selectors/%.json: $(BUILD)/selectors/%.selector
	$(IMAGE_BUILD) manifest print --json $< >$@
LISTINGS := $(KEY_MANIFESTS:.keys=.json) $(SELECTORS:.selector=.json)

# Reference values are for one processor: docs/threat-model.md, known limits
$(BUILD)/images/%.igvm $(BUILD)/images/%.reference.json &: manifests/images/%.json $(IMAGE_BUILD)
	@mkdir -p $(BUILD)/images
	$(IMAGE_BUILD) build $< --input-dir $(BUILD) -o $(BUILD)/images/$*.igvm \
		--reference $(BUILD)/images/$*.reference.json

$(BUILD)/images/conformance.igvm $(BUILD)/images/conformance.reference.json: $(addprefix $(BUILD)/, \
	firmware/svsm.elf firmware/vtpm firmware/attest guest/conformance.elf keys/conformance.keys)

.PHONY: images
images: $(IMAGES) $(KEY_MANIFESTS) $(SELECTORS) $(LISTINGS)
fuzz: $(KEY_MANIFESTS) $(SELECTORS)
bench: $(KEY_MANIFESTS)
