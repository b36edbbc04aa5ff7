/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What a VCEK or VLEK certificate says (AMD 57230, table of X.509 extensions), and the report it must fit. */
#include "chain.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define OID "1.3.6.1.4.1.3704.1."
#define OID_PRODUCT OID "2"
#define OID_BOOTLOADER OID "3.1"
#define OID_TEE OID "3.2"
#define OID_SNP OID "3.3"
#define OID_MICROCODE OID "3.8"
#define OID_FMC OID "3.9"
#define OID_CHIP_ID OID "4"
#define OID_CSP OID "5"

/* Contents of an extension; NULL when it is missing or there twice. */
static const ASN1_OCTET_STRING *extension(const X509 *certificate, const char *oid)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	const ASN1_OCTET_STRING *value = NULL;
	int at;

	if (!object)
		return NULL;
	at = X509_get_ext_by_OBJ(certificate, object, -1);
	if (at >= 0 && X509_get_ext_by_OBJ(certificate, object, at) < 0)
		value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
	ASN1_OBJECT_free(object);
	return value;
}

/* A DER INTEGER of 0 to 255, with nothing behind it */
static bool spl(const X509 *certificate, const char *oid, uint8_t *out)
{
	const ASN1_OCTET_STRING *value = extension(certificate, oid);
	const unsigned char *at, *start;
	ASN1_INTEGER *number;
	int64_t level = -1;
	bool ok;

	if (!value)
		return false;
	start = at = ASN1_STRING_get0_data(value);
	number = d2i_ASN1_INTEGER(NULL, &at, ASN1_STRING_length(value));
	ok = number && at == start + ASN1_STRING_length(value) && ASN1_INTEGER_get_int64(&level, number) &&
	     level >= 0 && level <= UINT8_MAX;
	*out = ok ? (uint8_t)level : 0;
	ASN1_INTEGER_free(number);
	ERR_clear_error();
	return ok;
}

/* Text of an IA5String extension and nothing behind it; NULL when there is none. ASN1_STRING_free() it. */
static ASN1_IA5STRING *text_extension(const X509 *certificate, const char *oid)
{
	const ASN1_OCTET_STRING *value = extension(certificate, oid);
	const unsigned char *at, *start;
	ASN1_IA5STRING *text;

	if (!value)
		return NULL;
	start = at = ASN1_STRING_get0_data(value);
	text = d2i_ASN1_IA5STRING(NULL, &at, ASN1_STRING_length(value));
	ERR_clear_error();
	if (text && at == start + ASN1_STRING_length(value))
		return text;
	ASN1_IA5STRING_free(text);
	return NULL;
}

enum product chain_leaf_product(const X509 *leaf)
{
	ASN1_IA5STRING *name = text_extension(leaf, OID_PRODUCT);
	enum product product = PRODUCT_UNKNOWN;

	if (name)
		product = product_from_certificate((const char *)ASN1_STRING_get0_data(name),
						   (size_t)ASN1_STRING_length(name));
	ASN1_IA5STRING_free(name);
	return product;
}

void chain_leaf_csp(const X509 *leaf, char text[64])
{
	ASN1_IA5STRING *name = text_extension(leaf, OID_CSP);
	size_t length = name ? (size_t)ASN1_STRING_length(name) : 0;

	length = length > 63 ? 63 : length;
	if (name)
		memcpy(text, ASN1_STRING_get0_data(name), length);
	text[length] = 0;
	error_printable(text);
	ASN1_IA5STRING_free(name);
}

/* The id is there as it is, or inside an OCTET STRING; the length tells which, since an id may start with any byte. */
static bool chip_id_is(const X509 *vcek, const uint8_t *id, size_t size)
{
	const ASN1_OCTET_STRING *value = extension(vcek, OID_CHIP_ID);
	const uint8_t *bytes = value ? ASN1_STRING_get0_data(value) : NULL;
	size_t length = value ? (size_t)ASN1_STRING_length(value) : 0;

	if (length == size + 2 && bytes[0] == V_ASN1_OCTET_STRING && bytes[1] == size) {
		bytes += 2;
		length -= 2;
	}
	return length == size && memcmp(bytes, id, size) == 0;
}

bool chain_leaf_usable(const X509 *leaf)
{
	EVP_PKEY *key = X509_get0_pubkey(leaf);
	char group[32];
	size_t length;

	return key && EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), &length) &&
	       strcmp(group, "secp384r1") == 0;
}

/* A VLEK is not tied to a chip; a VCEK is, and so the report must show which. */
static void check_chip(const X509 *leaf, const struct snp_report *f, enum product product, struct findings *findings)
{
	static const uint8_t rest[SNP_CHIP_ID_SIZE];
	size_t size = product == PRODUCT_TURIN ? PRODUCT_TURIN_CHIP_ID_SIZE : SNP_CHIP_ID_SIZE;

	if (!findings_check(findings, CHECK_LEAF_CHIP_ID, !report_chip_id_masked(f),
			    "the host masks CHIP_ID, so the VCEK cannot be tied to the chip"))
		return;
	findings_check(findings, CHECK_LEAF_CHIP_ID, memcmp(f->chip_id + size, rest, SNP_CHIP_ID_SIZE - size) == 0,
		       "CHIP_ID has more than the %zu bytes of %s", size, product_name(product));
	findings_check(findings, CHECK_LEAF_CHIP_ID, chip_id_is(leaf, f->chip_id, size),
		       "the VCEK is not for the report's CHIP_ID");
}

bool chain_leaf_tcb(const X509 *leaf, enum product product, struct tcb *out)
{
	*out = (struct tcb){.fmc = 0};
	return spl(leaf, OID_BOOTLOADER, &out->bootloader) && spl(leaf, OID_TEE, &out->tee) &&
	       spl(leaf, OID_SNP, &out->snp) && spl(leaf, OID_MICROCODE, &out->microcode) &&
	       (product != PRODUCT_TURIN || spl(leaf, OID_FMC, &out->fmc));
}

static void check_tcb(const X509 *leaf, const struct snp_report *f, enum product product, const char *kind,
		      struct findings *findings)
{
	char has[TCB_TEXT_MAX], wants[TCB_TEXT_MAX];
	struct tcb certified, reported;

	if (!findings_check(findings, CHECK_LEAF_TCB, chain_leaf_tcb(leaf, product, &certified),
			    "the %s lacks a well-formed patch level extension (" OID "3.x)", kind))
		return;
	/* Reserved bytes are a matter of stage TCB; the levels are compared all the same. */
	(void)tcb_decode(product, f->reported_tcb, &reported);
	tcb_text(&certified, has);
	tcb_text(&reported, wants);
	findings_check(findings, CHECK_LEAF_TCB,
		       tcb_at_least(&certified, &reported) && tcb_at_least(&reported, &certified),
		       "the %s is for TCB (%s), the report's REPORTED_TCB is (%s)", kind, has, wants);
}

void chain_check_leaf(const X509 *leaf, const struct report *report, enum product product, struct findings *findings)
{
	bool vlek = report_signing_key(&report->fields) == SNP_SIGNING_KEY_VLEK;
	const char *kind = vlek ? "VLEK" : "VCEK";
	enum product certified = chain_leaf_product(leaf);
	char name[64];

	certificate_common_name(X509_get_subject_name(leaf), name);
	findings_check(findings, CHECK_LEAF_KIND, strcmp(name, vlek ? "SEV-VLEK" : "SEV-VCEK") == 0,
		       "the report is signed with a %s, but the leaf certificate is '%s'", kind, name);
	findings_check(findings, CHECK_LEAF_KEY, chain_leaf_usable(leaf), "the %s's key is not on P-384", kind);
	findings_check(findings, CHECK_LEAF_PRODUCT, certified == product,
		       "the %s is for product '%s', the report is from '%s'", kind, product_name(certified),
		       product_name(product));
	if (!vlek)
		check_chip(leaf, &report->fields, product, findings);
	check_tcb(leaf, &report->fields, product, kind, findings);
}

bool chain_leaf_is_for(const X509 *leaf, const struct report *report, enum product product)
{
	struct findings findings = {.count = 0};

	chain_check_leaf(leaf, report, product == PRODUCT_UNKNOWN ? chain_leaf_product(leaf) : product, &findings);
	return findings.count == 0;
}
