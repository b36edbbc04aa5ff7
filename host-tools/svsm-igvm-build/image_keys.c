/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "image_keys.h"

#include "abi/snp.h"
#include "contents.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a module, from the pages that hold it; false when one has no data. */
static bool module_read(const struct igvm_file *file, const struct boot_module *module, uint8_t *out)
{
	for (uint64_t at = 0; at < module->size; at += SNP_PAGE_SIZE) {
		const uint8_t *page = contents_page(file, module->gpa + at);
		uint64_t left = module->size - at;

		if (!page)
			return false;
		memcpy(out + at, page, left < SNP_PAGE_SIZE ? left : SNP_PAGE_SIZE);
	}
	return true;
}

static const struct boot_module *manifest_module(const struct boot_info *info)
{
	for (uint32_t i = 0; i < info->module_count; i++) {
		if (info->module[i].kind == BOOT_MODULE_KEY_TEMPLATES)
			return &info->module[i];
	}
	return NULL;
}

bool image_keys_read(const struct igvm_file *file, struct key_template_document *out)
{
	uint8_t bytes[KEY_TEMPLATE_BYTES_MAX];
	const struct boot_module *module;
	struct key_template_error error;
	struct boot_info info;

	if (!contents_boot_info(file, &info))
		return false;
	module = manifest_module(&info);
	return module && module->size <= sizeof(bytes) && module_read(file, module, bytes) &&
	       key_template_read("key templates", bytes, module->size, out, &error) && out->kind == KEY_TEMPLATE_LIST;
}

json_t *image_keys_json(const struct key_template_document *document)
{
	char *text = key_template_text(document);
	json_t *whole = text ? json_loads(text, 0, NULL) : NULL;
	json_t *templates = json_incref(json_object_get(whole, "templates"));

	json_decref(whole);
	free(text);
	return templates;
}
