/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Compiled documents: one wrong input for each field, every truncation, and bytes behind the end. */
#include "tests.h"

#include <stdlib.h>

static struct key_template_document document;
static struct key_template_error problem;
static uint8_t bytes[KEY_TEMPLATE_BYTES_MAX + 64];
static size_t size;

static void compile(const char *text)
{
	assert_true(key_template_read("f", text, strlen(text), &document, &problem));
	memset(bytes, 0, sizeof(bytes));
	size = key_template_bytes(&document, bytes);
}

static void compile_list(void)
{
	compile("{\"format\":\"svsm-key-templates\",\"version\":1,\"templates\":[{\"profile\":\"L-1\"},"
		"{\"profile\":\"H-2\"}]}");
}

static void refused(const char *words)
{
	/* An exact copy, so that a read past the end is seen. */
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	assert_false(key_template_read("f", copy, size, &document, &problem));
	if (!strstr(problem.text, words))
		fail_msg("'%s', expected '%s'", problem.text, words);
	free(copy);
}

static void list(void **state)
{
	struct key_templates_header *header = (struct key_templates_header *)bytes;
	struct key_templates_entry *first = (struct key_templates_entry *)(bytes + sizeof(*header));
	uint8_t *template = (uint8_t *)(first + 1);

	(void)state;
#define REFUSED(change, words)                                                                                         \
	do {                                                                                                           \
		compile_list();                                                                                        \
		change;                                                                                                \
		refused(words);                                                                                        \
	} while (0)
	REFUSED(header->magic++, "neither a key-template manifest nor");
	REFUSED(header->version = 0, "unknown version");
	REFUSED(header->version = 2, "unknown version");
	REFUSED(header->count = 0, "1 to 16");
	REFUSED(header->count = 17, "1 to 16");
	REFUSED(header->count = 1, "behind the last key");
	REFUSED(header->count = 3, "runs past the end");
	REFUSED(header->size--, "another size");
	REFUSED(header->size = UINT32_MAX, "another size");
	REFUSED(header->reserved = 1, "reserved header field");
	REFUSED(first->name[0] = 0, "key 0 of the compiled manifest has a name");
	REFUSED(first->name[1] = ' ', "has a name");
	REFUSED(first->name[31] = 'a', "padded");
	REFUSED(first->reserved = 1, "reserved field");
	REFUSED(first->template_size = 0, "0 or more than");
	REFUSED(first->template_size = KEY_TEMPLATE_SIZE_MAX + 1, "0 or more than");
	REFUSED(first->template_size = KEY_TEMPLATE_SIZE_MAX, "runs past the end");
	REFUSED(first->template_size--, "");
	REFUSED(template[0] = 0x7f, "key 'L-1': template: is not exactly one TPMT_PUBLIC");
	REFUSED(template[3] = 0, "");
	REFUSED(template[7] = 0xa2, "key 'L-1': attributes: must contain");
	REFUSED(template[9] = 31, "");
	REFUSED(template[10] ^= 1, "the first template must be L-1");
	REFUSED(memcpy(bytes + sizeof(*header) + sizeof(*first) + first->template_size, first->name, 4),
		"has the name of an earlier key");
	REFUSED((bytes[size++] = 0, header->size++), "behind the last key");
#undef REFUSED
}

static void truncated(void **state)
{
	size_t whole;

	(void)state;
	compile_list();
	whole = size;
	for (size = 0; size < whole; size++)
		refused("f:");
	/* with a header that agrees */
	for (size_t cut = sizeof(struct key_templates_header); cut < whole; cut++) {
		compile_list();
		size = cut;
		((struct key_templates_header *)bytes)->size = (uint32_t)cut;
		refused("f:");
	}
}

static void selector(void **state)
{
	static const char text[] = "{\"format\":\"svsm-manifest-selector\",\"version\":1,\"kind\":\"template\","
				   "\"template\":{\"profile\":\"H-2\"}}";
	size_t whole;

	(void)state;
	compile(text);
	assert_int_equal(size, 8 + 58);
	assert_memory_equal(bytes, "\1\0\0\0\0\0\0\0", 8);
	whole = size;
	assert_true(key_template_read("f", bytes, size, &document, &problem));
	assert_int_equal(document.kind, KEY_TEMPLATE_SELECTOR);
	for (size = 0; size < whole; size++)
		refused("f:");
	size = whole + 1;
	refused("not exactly one TPMT_PUBLIC");
	for (unsigned int bit = 0; bit < 64; bit++) {
		compile(text);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused("neither a key-template manifest nor a selector of kind 1");
	}
}

/* Rules that text cannot break, as it has no words for it */
static void unspeakable(void **state)
{
	struct key_template template;
	const char *field, *rule;

	(void)state;
#define REFUSED(profile, change, name)                                                                                 \
	do {                                                                                                           \
		assert_true(key_template_from_profile(&template, profile));                                            \
		change;                                                                                                \
		assert_true(key_template_marshal(&template));                                                          \
		memcpy(bytes, template.bytes, template.size);                                                          \
		assert_false(key_template_from_bytes(&template, bytes, template.size, &field, &rule));                 \
		assert_string_equal(field, name);                                                                      \
	} while (0)
	REFUSED("H-1", template.area.objectAttributes |= 1u, "attributes");
	REFUSED("H-1", template.area.objectAttributes |= 1u << 31, "attributes");
	REFUSED("H-1", template.area.objectAttributes |= TPMA_OBJECT_X509SIGN, "attributes");
	REFUSED("H-1", template.area.nameAlg = TPM2_ALG_SHA3_256, "name_algorithm");
	REFUSED("H-1", template.area.nameAlg = TPM2_ALG_NULL, "name_algorithm");
	REFUSED("H-1", template.area.authPolicy.size = 31, "policy");
	REFUSED("H-1", template.area.parameters.rsaDetail.symmetric.mode.sym = TPM2_ALG_CBC, "symmetric");
	REFUSED("H-1", template.area.parameters.rsaDetail.symmetric.keyBits.sym = 64, "symmetric");
	REFUSED("H-1", template.area.parameters.rsaDetail.exponent = 17, "exponent");
	REFUSED("H-1", template.area.unique.rsa.size = 257, "unique");
	REFUSED("H-2", template.area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P192, "curve");
	REFUSED("H-2",
		(template.area.parameters.eccDetail.kdf.scheme = TPM2_ALG_KDF1_SP800_56A,
		 template.area.parameters.eccDetail.kdf.details.kdf1_sp800_56a.hashAlg = TPM2_ALG_SHA256),
		"kdf");
	REFUSED("H-2", template.area.unique.ecc.y.size = 33, "unique");
#undef REFUSED
}

int test_bytes_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list),
		cmocka_unit_test(truncated),
		cmocka_unit_test(selector),
		cmocka_unit_test(unspeakable),
	};

	return cmocka_run_group_tests_name("key templates: bytes", tests, NULL, NULL);
}
