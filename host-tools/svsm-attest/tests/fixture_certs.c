/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Test ARK, ASK, VCEK and CRL in the shape AMD's have. */
#include "fixture_certs.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define DAY (24L * 3600)

void fixture_certificates_default(struct fixture_certificates *out)
{
	const struct fixture_keys *keys = fixture_keys();

	*out = (struct fixture_certificates){
		.tcb = {.bootloader = 4, .tee = 0, .snp = 0x18, .microcode = 0xdb},
		.product = "Milan-B0",
		.ask_signer = keys->ark,
		.vcek_signer = keys->ask,
		.crl_signer = keys->ark,
		.vcek_key = keys->vcek,
		.snp_levels = 1,
		.ask_name = "SEV-Test",
		.leaf_issuer = "SEV-Test",
		.ask_issuer = "ARK-Test",
		.crl_issuer = "ARK-Test",
		.ask_ends = 3650 * DAY,
		.ark_ends = 3650 * DAY,
		.vcek_starts = -DAY,
		.vcek_ends = 365 * DAY,
		.crl_starts = -DAY,
		.crl_ends = 30 * DAY,
		.leaf_name = "SEV-VCEK",
	};
	for (size_t i = 0; i < sizeof(out->chip_id); i++)
		out->chip_id[i] = (uint8_t)(0x40 + i);
}

static X509_NAME *make_name(const char *common_name)
{
	X509_NAME *name = X509_NAME_new();

	assert_true(
		name && X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"Test", -1, -1, 0) &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0));
	return name;
}

static EVP_MD_CTX *pss(EVP_PKEY *key, const EVP_MD *digest)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters = NULL;

	assert_true(context && EVP_DigestSignInit(context, &parameters, digest, NULL, key) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) > 0);
	return context;
}

static X509 *begin(const char *name, const char *issuer, long serial, EVP_PKEY *key, long starts, long ends)
{
	X509 *certificate = X509_new();
	X509_NAME *subject_name = make_name(name), *issuer_name = make_name(issuer);

	assert_true(certificate && X509_set_version(certificate, X509_VERSION_3) &&
		    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) &&
		    X509_set_subject_name(certificate, subject_name) &&
		    X509_set_issuer_name(certificate, issuer_name) &&
		    X509_gmtime_adj(X509_getm_notBefore(certificate), starts) &&
		    X509_gmtime_adj(X509_getm_notAfter(certificate), ends) && X509_set_pubkey(certificate, key));
	X509_NAME_free(subject_name);
	X509_NAME_free(issuer_name);
	return certificate;
}

static void sign(X509 *certificate, EVP_PKEY *key, const EVP_MD *digest)
{
	EVP_MD_CTX *context = pss(key, digest);

	assert_true(X509_sign_ctx(certificate, context) > 0);
	EVP_MD_CTX_free(context);
}

static void add_standard(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_true(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

void fixture_add_amd(X509 *certificate, const char *arc, const void *data, size_t size)
{
	char oid[64];
	ASN1_OBJECT *object;
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	snprintf(oid, sizeof(oid), "1.3.6.1.4.1.3704.1.%s", arc);
	object = OBJ_txt2obj(oid, 1);
	assert_true(object && value && ASN1_OCTET_STRING_set(value, data, (int)size));
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
	assert_true(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

static void add_level(X509 *certificate, const char *arc, uint8_t level)
{
	const uint8_t small[] = {2, 1, level}, large[] = {2, 2, 0, level};

	if (level < 0x80)
		fixture_add_amd(certificate, arc, small, sizeof(small));
	else
		fixture_add_amd(certificate, arc, large, sizeof(large));
}

static X509 *make_vcek(const struct fixture_certificates *is)
{
	X509 *vcek = begin(is->leaf_name, is->leaf_issuer, 0, is->vcek_key, is->vcek_starts, is->vcek_ends);
	uint8_t product[32] = {V_ASN1_IA5STRING, (uint8_t)strlen(is->product)};
	uint8_t id[66] = {V_ASN1_OCTET_STRING, 64};
	size_t id_size = is->turin ? 8 : 64;

	memcpy(product + 2, is->product, strlen(is->product));
	memcpy(id + 2, is->chip_id, id_size);
	id[1] = (uint8_t)id_size;
	add_level(vcek, "1", 0);
	fixture_add_amd(vcek, "2", product, 2 + strlen(is->product));
	add_level(vcek, "3.1", is->tcb.bootloader);
	add_level(vcek, "3.2", is->tcb.tee);
	for (int i = 0; i < is->snp_levels; i++)
		add_level(vcek, "3.3", is->tcb.snp);
	add_level(vcek, "3.4", 0);
	add_level(vcek, "3.8", is->tcb.microcode);
	if (is->turin)
		add_level(vcek, "3.9", is->tcb.fmc);
	fixture_add_amd(vcek, "4", is->wrapped_chip_id ? id : id + 2, is->wrapped_chip_id ? id_size + 2 : id_size);
	sign(vcek, is->vcek_signer, is->sha256 ? EVP_sha256() : EVP_sha384());
	return vcek;
}

static void make_crl(const struct fixture_certificates *is, struct blob *out)
{
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *issuer = make_name(is->crl_issuer);
	ASN1_TIME *starts = X509_gmtime_adj(NULL, is->crl_starts), *ends = X509_gmtime_adj(NULL, is->crl_ends);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	X509_REVOKED *revoked = X509_REVOKED_new();
	EVP_MD_CTX *context = pss(is->crl_signer, EVP_sha384());
	unsigned char *der = NULL;
	int size;

	/* Like AMD's, it always lists something. */
	assert_true(ASN1_INTEGER_set(serial, is->revoke_ask ? 2 : 0x7777) &&
		    X509_REVOKED_set_serialNumber(revoked, serial) &&
		    X509_REVOKED_set_revocationDate(revoked, starts) && X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
		    X509_CRL_set_issuer_name(crl, issuer) && X509_CRL_set1_lastUpdate(crl, starts) &&
		    X509_CRL_set1_nextUpdate(crl, ends) && X509_CRL_add0_revoked(crl, revoked) && X509_CRL_sort(crl) &&
		    (!is->crl_critical || X509_CRL_add1_ext_i2d(crl, NID_delta_crl, serial, 1, 0) > 0) &&
		    X509_CRL_sign_ctx(crl, context) > 0);
	size = i2d_X509_CRL(crl, &der);
	assert_true(size > 0 && blob_copy(out, der, (size_t)size));
	OPENSSL_free(der);
	EVP_MD_CTX_free(context);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(starts);
	ASN1_TIME_free(ends);
	X509_NAME_free(issuer);
	X509_CRL_free(crl);
}

static void to_pem(X509 *first, X509 *second, struct blob *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	assert_true(PEM_write_bio_X509(bio, first) && (!second || PEM_write_bio_X509(bio, second)));
	size = BIO_get_mem_data(bio, &text);
	assert_true(size > 0 && blob_copy(out, text, (size_t)size));
	BIO_free(bio);
}

void fixture_make_certificates(const struct fixture_certificates *is, struct fixture_files *out)
{
	const struct fixture_keys *keys = fixture_keys();
	X509 *ark = begin("ARK-Test", "ARK-Test", 1, keys->ark, -10 * DAY, is->ark_ends);
	X509 *ask = begin(is->ask_name, is->ask_issuer, 2, keys->ask, -10 * DAY, is->ask_ends);
	X509 *vcek = make_vcek(is);
	unsigned char *der = NULL;
	int size;

	add_standard(ark, NID_basic_constraints, is->ark_no_path ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE");
	add_standard(ark, NID_key_usage, "critical,keyCertSign,cRLSign");
	sign(ark, keys->ark, EVP_sha384());
	add_standard(ask, NID_basic_constraints, is->ask_no_ca ? "critical,CA:FALSE" : "critical,CA:TRUE,pathlen:0");
	add_standard(ask, NID_key_usage, "critical,keyCertSign");
	sign(ask, is->ask_signer, EVP_sha384());
	to_pem(ask, ark, &out->chain);
	to_pem(ark, NULL, &out->root);
	size = i2d_X509(vcek, &der);
	assert_true(size > 0 && blob_copy(&out->vcek, der, (size_t)size));
	OPENSSL_free(der);
	make_crl(is, &out->crl);
	X509_free(ark);
	X509_free(ask);
	X509_free(vcek);
}

static struct fixture_certificates last;
static struct fixture_files last_files;

const struct fixture_files *fixture_files_for(const struct fixture_certificates *is)
{
	if (last_files.chain.data && memcmp(&last, is, sizeof(last)) == 0)
		return &last_files;
	fixture_files_forget();
	fixture_make_certificates(is, &last_files);
	memcpy(&last, is, sizeof(last));
	return &last_files;
}

void fixture_files_forget(void)
{
	fixture_files_free(&last_files);
}

void fixture_files_free(struct fixture_files *files)
{
	blob_free(&files->chain);
	blob_free(&files->root);
	blob_free(&files->vcek);
	blob_free(&files->crl);
}
