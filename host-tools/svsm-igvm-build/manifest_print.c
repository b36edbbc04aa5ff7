/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest_print.h"

#include "commands.h"

#include <stdio.h>

static const char *kind_name(const struct key_template_document *document)
{
	return document->kind == KEY_TEMPLATE_LIST ? "key-template manifest" : "manifest selector";
}

static void print_type(const TPMT_PUBLIC *area)
{
	static const struct {
		TPMI_ECC_CURVE curve;
		const char *name;
	} curves[] = {{TPM2_ECC_NIST_P256, "ECC P-256"},
		      {TPM2_ECC_NIST_P384, "ECC P-384"},
		      {TPM2_ECC_NIST_P521, "ECC P-521"},
		      {TPM2_ECC_SM2_P256, "ECC SM2"}};

	if (area->type == TPM2_ALG_RSA) {
		printf("RSA %-6u", area->parameters.rsaDetail.keyBits);
		return;
	}
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].curve == area->parameters.eccDetail.curveID) {
			printf("%-10s", curves[i].name);
			return;
		}
	}
	printf("ECC %04xh ", area->parameters.eccDetail.curveID);
}

void manifest_print(const struct key_template_document *document)
{
	uint8_t bytes[KEY_TEMPLATE_BYTES_MAX];

	printf("%s, %zu key%s, %zu bytes\n", kind_name(document), document->count, document->count == 1 ? "" : "s",
	       key_template_bytes(document, bytes));
	for (size_t i = 0; i < document->count; i++) {
		const struct key_template *key = &document->key[i];
		const char *profile = key_template_profile(key);

		printf("%3zu  %-20s %-4s ", i, key->name, profile ? profile : "-");
		print_type(&key->area);
		printf("  attributes %08x  %s  %zu bytes\n", key->area.objectAttributes,
		       key->area.objectAttributes & TPMA_OBJECT_DECRYPT ? "decrypts" : "signs   ", key->size);
	}
}

json_t *manifest_print_json(const struct key_template_document *document)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < document->count; i++) {
		const struct key_template *key = &document->key[i];
		char hex[2 * KEY_TEMPLATE_SIZE_MAX + 1];

		command_hex(key->bytes, key->size, hex);
		(void)json_array_append_new(keys, json_pack("{s:s, s:s?, s:s}", "name", key->name, "profile",
							    key_template_profile(key), "template", hex));
	}
	return json_pack("{s:s, s:i, s:s, s:o}", "format", "svsm-key-template-listing", "version", 1, "kind",
			 document->kind == KEY_TEMPLATE_LIST ? "key-templates" : "manifest-selector", "keys", keys);
}
