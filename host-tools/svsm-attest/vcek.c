/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Extensions of a VCEK certificate (AMD 57230, table of X.509 extensions). */
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

enum product chain_vcek_product(const X509 *vcek)
{
	const ASN1_OCTET_STRING *value = extension(vcek, OID_PRODUCT);
	enum product product = PRODUCT_UNKNOWN;
	const unsigned char *at, *start;
	ASN1_IA5STRING *name;

	if (!value)
		return PRODUCT_UNKNOWN;
	start = at = ASN1_STRING_get0_data(value);
	name = d2i_ASN1_IA5STRING(NULL, &at, ASN1_STRING_length(value));
	if (name && at == start + ASN1_STRING_length(value))
		product = product_from_certificate((const char *)ASN1_STRING_get0_data(name),
						   (size_t)ASN1_STRING_length(name));
	ASN1_IA5STRING_free(name);
	ERR_clear_error();
	return product;
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

static bool is_named_vcek(const X509 *certificate)
{
	char name[16];

	return X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name)) == 8 &&
	       memcmp(name, "SEV-VCEK", 8) == 0;
}

static bool is_p384(EVP_PKEY *key)
{
	char group[32];
	size_t length;

	return key && EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), &length) &&
	       strcmp(group, "secp384r1") == 0;
}

bool chain_vcek_matches(const X509 *vcek, const struct report *report, enum product product, struct error *error)
{
	const struct snp_report *f = &report->fields;
	size_t id_size = product == PRODUCT_TURIN ? PRODUCT_TURIN_CHIP_ID_SIZE : SNP_CHIP_ID_SIZE;
	char has[TCB_TEXT_MAX], wants[TCB_TEXT_MAX];
	struct tcb certified = {.fmc = 0}, reported;

	if (!is_named_vcek(vcek))
		return error_refuse(error, "the leaf certificate is not a VCEK (its common name is not SEV-VCEK)");
	if (!is_p384(X509_get0_pubkey(vcek)))
		return error_refuse(error, "the VCEK's key is not on P-384");
	if (chain_vcek_product(vcek) != product)
		return error_refuse(error, "the VCEK is for product '%s', the report is from '%s'",
				    product_name(chain_vcek_product(vcek)), product_name(product));
	if (!chip_id_is(vcek, f->chip_id, id_size))
		return error_refuse(error, "the VCEK is not for the report's CHIP_ID");
	if (!spl(vcek, OID_BOOTLOADER, &certified.bootloader) || !spl(vcek, OID_TEE, &certified.tee) ||
	    !spl(vcek, OID_SNP, &certified.snp) || !spl(vcek, OID_MICROCODE, &certified.microcode) ||
	    (product == PRODUCT_TURIN && !spl(vcek, OID_FMC, &certified.fmc)))
		return error_refuse(error, "the VCEK lacks a well-formed patch level extension (" OID "3.x)");
	if (!tcb_decode(product, f->reported_tcb, &reported))
		return error_refuse(error, "REPORTED_TCB has bytes that mean nothing on %s", product_name(product));
	if (!tcb_at_least(&certified, &reported) || !tcb_at_least(&reported, &certified)) {
		tcb_text(&certified, has);
		tcb_text(&reported, wants);
		return error_refuse(error, "the VCEK is for TCB (%s), the report's REPORTED_TCB is (%s)", has, wants);
	}
	return true;
}
