/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "product.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const names[PRODUCT_COUNT] = {
	[PRODUCT_UNKNOWN] = "unknown",
	[PRODUCT_MILAN] = "Milan",
	[PRODUCT_GENOA] = "Genoa",
	[PRODUCT_TURIN] = "Turin",
};

const char *product_name(enum product product)
{
	return product > PRODUCT_UNKNOWN && product < PRODUCT_COUNT ? names[product] : names[PRODUCT_UNKNOWN];
}

enum product product_from_certificate(const char *name, size_t length)
{
	const char *hyphen = memchr(name, '-', length);

	if (hyphen)
		length = (size_t)(hyphen - name);
	for (int i = PRODUCT_MILAN; i < PRODUCT_COUNT; i++) {
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return (enum product)i;
	}
	return PRODUCT_UNKNOWN;
}

enum product product_from_name(const char *name)
{
	for (int i = PRODUCT_MILAN; i < PRODUCT_COUNT; i++) {
		if (strcasecmp(names[i], name) == 0)
			return (enum product)i;
	}
	return strcasecmp(name, "Bergamo") == 0 || strcasecmp(name, "Siena") == 0 ? PRODUCT_GENOA : PRODUCT_UNKNOWN;
}

enum product product_from_cpuid(uint8_t family, uint8_t model)
{
	if (family == 0x19 && model <= 0x0f)
		return PRODUCT_MILAN;
	if (family == 0x19 && (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)))
		return PRODUCT_GENOA;
	if (family == 0x1a && model <= 0x11)
		return PRODUCT_TURIN;
	return PRODUCT_UNKNOWN;
}

bool tcb_decode(enum product product, const uint8_t bytes[8], struct tcb *out)
{
	if (product == PRODUCT_TURIN) {
		*out = (struct tcb){bytes[0], bytes[1], bytes[2], bytes[3], bytes[7]};
		return (bytes[4] | bytes[5] | bytes[6]) == 0;
	}
	*out = (struct tcb){0, bytes[0], bytes[1], bytes[6], bytes[7]};
	return (bytes[2] | bytes[3] | bytes[4] | bytes[5]) == 0;
}

bool tcb_at_least(const struct tcb *a, const struct tcb *b)
{
	return a->fmc >= b->fmc && a->bootloader >= b->bootloader && a->tee >= b->tee && a->snp >= b->snp &&
	       a->microcode >= b->microcode;
}

void tcb_text(const struct tcb *tcb, char text[TCB_TEXT_MAX])
{
	int length = tcb->fmc ? snprintf(text, TCB_TEXT_MAX, "fmc %u, ", tcb->fmc) : 0;

	snprintf(text + length, TCB_TEXT_MAX - (size_t)length, "bootloader %u, tee %u, snp %u, microcode %u",
		 tcb->bootloader, tcb->tee, tcb->snp, tcb->microcode);
}

void tcb_shortfall_text(const struct tcb *a, const struct tcb *b, char text[TCB_TEXT_MAX])
{
	const struct {
		const char *name;
		uint8_t has, needs;
	} parts[] = {
		{"fmc", a->fmc, b->fmc}, {"bootloader", a->bootloader, b->bootloader}, {"tee", a->tee, b->tee},
		{"snp", a->snp, b->snp}, {"microcode", a->microcode, b->microcode},
	};
	size_t length = 0;

	text[0] = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].has < parts[i].needs && length < TCB_TEXT_MAX)
			length += (size_t)snprintf(text + length, TCB_TEXT_MAX - length, "%s%s %u < %u",
						   length ? ", " : "", parts[i].name, parts[i].has, parts[i].needs);
	}
}
