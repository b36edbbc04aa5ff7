/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "selected_key.h"

#include "abi/svsm.h"
#include "key_list.h"
#include "key_maker.h"

#include <string.h>

static struct primary_key_template kept_template;
static struct primary_key kept_key;
/* The guest's hierarchy is as manufactured, so that keys of the list are what it would get. */
static bool untouched = true;

static bool parse(const uint8_t *selector, uint32_t size, struct primary_key_template *template)
{
	uint64_t kind;

	if (size <= sizeof(kind) || size - sizeof(kind) > sizeof(template->bytes))
		return false;
	memcpy(&kind, selector, sizeof(kind));
	template->size = size - (uint32_t)sizeof(kind);
	memcpy(template->bytes, selector + sizeof(kind), template->size);
	return kind == SVSM_VTPM_SELECTOR_TEMPLATE;
}

static const struct primary_key *find(const struct primary_key_template *template)
{
	if (kept_key.size != 0 && kept_template.size == template->size &&
	    memcmp(kept_template.bytes, template->bytes, template->size) == 0)
		return &kept_key;
	return untouched ? key_list_find(template) : NULL;
}

enum service_status selected_key_get(const uint8_t *selector, uint32_t size, const struct primary_key **key,
				     uint32_t *code)
{
	static struct primary_key_template template;

	if (!parse(selector, size, &template))
		return SERVICE_BAD_SELECTOR;
	*key = find(&template);
	if (*key != NULL)
		return SERVICE_OK;
	if (!key_maker_make(KEY_MAKER_CURRENT, &template, &kept_key, code))
		return SERVICE_INTERNAL;
	if (*code != PRIMARY_KEY_RC_SUCCESS)
		return SERVICE_TPM_REFUSED;
	kept_template = template;
	*key = &kept_key;
	return SERVICE_OK;
}

void selected_key_forget(void)
{
	untouched = false;
	kept_key.size = 0;
}
