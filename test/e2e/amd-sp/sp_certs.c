/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_certs.h"

#include <openssl/asn1.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#define DAY (24 * 60 * 60L)
#define YEAR (365 * DAY)
#define CA_LIFE (25 * YEAR)
#define VCEK_LIFE (7 * YEAR)
#define CRL_LIFE (46 * DAY)
#define CLOCK_SKEW DAY /* certificates start this long ago */

#define SERIAL_ARK 0x10000
#define SERIAL_ASK 0x10001
#define SERIAL_VCEK 0
#define SALT_SIZE 48

#define AMD_OID "1.3.6.1.4.1.3704.1"

static bool set_name(X509_NAME *name, const char *common_name)
{
	static const char *const parts[][2] = {
		{"OU", "Engineering"}, {"C", "US"}, {"L", "Santa Clara"}, {"ST", "CA"}, {"O", "Advanced Micro Devices"},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (X509_NAME_add_entry_by_txt(name, parts[i][0], MBSTRING_UTF8, (const uint8_t *)parts[i][1], -1, -1,
					       0) != 1)
			return false;
	}
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)common_name, -1, -1, 0) == 1;
}

/* RSASSA-PSS with SHA-384, as AMD's CAs sign */
static bool pss_begin(EVP_MD_CTX *context, EVP_PKEY *key)
{
	EVP_PKEY_CTX *parameters = NULL; /* owned by the context */

	return context != NULL && EVP_DigestSignInit_ex(context, &parameters, "SHA384", NULL, NULL, key, NULL) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, SALT_SIZE) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(parameters, "SHA384", NULL) == 1;
}

static bool sign(X509 *certificate, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = pss_begin(context, key) && X509_sign_ctx(certificate, context) > 0;

	EVP_MD_CTX_free(context);
	return done;
}

/* Everything but extensions and signature */
static X509 *begin(EVP_PKEY *key, const char *common_name, X509 *issuer, long serial, long life)
{
	X509 *made = X509_new();

	if (made != NULL && X509_set_version(made, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(made), serial) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(made), -CLOCK_SKEW) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(made), life - CLOCK_SKEW) != NULL &&
	    set_name(X509_get_subject_name(made), common_name) &&
	    X509_set_issuer_name(made, X509_get_subject_name(issuer != NULL ? issuer : made)) == 1 &&
	    X509_set_pubkey(made, key) == 1)
		return made;
	X509_free(made);
	return NULL;
}

static bool add_text(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool done;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
	done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

static bool add_raw(X509 *certificate, const char *suffix, const uint8_t *bytes, int size)
{
	ASN1_OBJECT *id = NULL;
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	char oid[64];
	bool done;

	snprintf(oid, sizeof(oid), "%s%s", AMD_OID, suffix);
	id = OBJ_txt2obj(oid, 1);
	if (id != NULL && value != NULL && ASN1_OCTET_STRING_set(value, bytes, size) == 1)
		extension = X509_EXTENSION_create_by_OBJ(NULL, id, 0, value);
	done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(id);
	return done;
}

static bool add_integer(X509 *certificate, const char *suffix, uint8_t number)
{
	ASN1_INTEGER *value = ASN1_INTEGER_new();
	uint8_t *der = NULL;
	int size = -1;
	bool done;

	if (value != NULL && ASN1_INTEGER_set(value, number) == 1)
		size = i2d_ASN1_INTEGER(value, &der);
	done = size > 0 && add_raw(certificate, suffix, der, size);
	OPENSSL_free(der);
	ASN1_INTEGER_free(value);
	return done;
}

static bool add_ia5(X509 *certificate, const char *suffix, const char *text)
{
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();
	uint8_t *der = NULL;
	int size = -1;
	bool done;

	if (value != NULL && ASN1_STRING_set(value, text, -1) == 1)
		size = i2d_ASN1_IA5STRING(value, &der);
	done = size > 0 && add_raw(certificate, suffix, der, size);
	OPENSSL_free(der);
	ASN1_IA5STRING_free(value);
	return done;
}

static X509 *end(X509 *made, bool complete, EVP_PKEY *signer, const char *what)
{
	if (made != NULL && complete && sign(made, signer))
		return made;
	X509_free(made);
	sp_error_openssl(what);
	return NULL;
}

X509 *sp_certs_ark(EVP_PKEY *ark_key)
{
	X509 *made = begin(ark_key, "ARK-" SP_PRODUCT, NULL, SERIAL_ARK, CA_LIFE);
	bool complete = made != NULL && add_text(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
			add_text(made, made, NID_subject_key_identifier, "hash") &&
			add_text(made, made, NID_basic_constraints, "critical,CA:TRUE");

	return end(made, complete, ark_key, "making the ARK");
}

X509 *sp_certs_ask(EVP_PKEY *ask_key, X509 *ark, EVP_PKEY *ark_key)
{
	X509 *made = begin(ask_key, "SEV-" SP_PRODUCT, ark, SERIAL_ASK, CA_LIFE);
	bool complete = made != NULL && add_text(made, ark, NID_subject_key_identifier, "hash") &&
			add_text(made, ark, NID_authority_key_identifier, "keyid:always") &&
			add_text(made, ark, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
			add_text(made, ark, NID_key_usage, "critical,keyCertSign");

	return end(made, complete, ark_key, "making the ASK");
}

X509 *sp_certs_vcek(EVP_PKEY *vcek_key, X509 *ask, EVP_PKEY *ask_key, const uint8_t chip_id[SP_CHIP_ID_SIZE],
		    const struct sp_tcb *tcb)
{
	X509 *made = begin(vcek_key, "SEV-VCEK", ask, SERIAL_VCEK, VCEK_LIFE);
	bool complete = made != NULL && add_integer(made, ".1", 0) && add_ia5(made, ".2", SP_PRODUCT "-B0") &&
			add_integer(made, ".3.1", tcb->bootloader) && add_integer(made, ".3.2", tcb->tee) &&
			add_integer(made, ".3.4", 0) && add_integer(made, ".3.5", 0) && add_integer(made, ".3.6", 0) &&
			add_integer(made, ".3.7", 0) && add_integer(made, ".3.3", tcb->snp) &&
			add_integer(made, ".3.8", tcb->microcode) && add_raw(made, ".4", chip_id, SP_CHIP_ID_SIZE);

	return end(made, complete, ask_key, "making a VCEK certificate");
}

static bool set_crl_times(X509_CRL *crl, bool stale)
{
	ASN1_TIME *from = X509_gmtime_adj(NULL, stale ? -CRL_LIFE - DAY : -CLOCK_SKEW);
	ASN1_TIME *until = X509_gmtime_adj(NULL, stale ? -DAY : CRL_LIFE);
	bool done = from != NULL && until != NULL && X509_CRL_set1_lastUpdate(crl, from) == 1 &&
		    X509_CRL_set1_nextUpdate(crl, until) == 1;

	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return done;
}

static bool add_revoked(X509_CRL *crl, X509 *certificate)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *when = X509_gmtime_adj(NULL, -CLOCK_SKEW);
	bool done = entry != NULL && when != NULL &&
		    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate)) == 1 &&
		    X509_REVOKED_set_revocationDate(entry, when) == 1 && X509_CRL_add0_revoked(crl, entry) == 1;

	if (!done)
		X509_REVOKED_free(entry);
	ASN1_TIME_free(when);
	return done;
}

static bool add_crl_extensions(X509_CRL *crl, X509 *ark)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool done;

	X509V3_set_ctx(&context, ark, NULL, NULL, crl, 0);
	extension = X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
	done = extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1 && number != NULL &&
	       ASN1_INTEGER_set(number, 1) == 1 && X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
	X509_EXTENSION_free(extension);
	ASN1_INTEGER_free(number);
	return done;
}

X509_CRL *sp_certs_crl(X509 *ark, EVP_PKEY *ark_key, X509 *ask, const struct sp_crl_options *options)
{
	X509_CRL *crl = X509_CRL_new();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = crl != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
		    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ark)) == 1 &&
		    set_crl_times(crl, options->stale) && add_crl_extensions(crl, ark) &&
		    (!options->revoke_ask || add_revoked(crl, ask)) && pss_begin(context, ark_key) &&
		    X509_CRL_sign_ctx(crl, context) > 0;

	EVP_MD_CTX_free(context);
	if (!done) {
		X509_CRL_free(crl);
		sp_error_openssl("making the CRL");
		return NULL;
	}
	return crl;
}
