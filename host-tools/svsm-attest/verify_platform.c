/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages about the report: is it real, for this challenge, and from firmware the relying party accepts. */
#include "verify.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#define COMPONENT_SIZE 48u
#define ECDSA_DER_MAX 128u

enum verify_status verify_parse(struct verify *v, struct error *text)
{
	if (!evidence_parse(&v->evidence, v->name, v->bundle, text))
		return VERIFY_FAILED;
	return verify_ok(text, "bundle from '%s', report version %u, %s manifest with %zu EK%s", v->evidence.collector,
			 v->evidence.report.fields.version, manifest_kind_name(v->evidence.manifest_kind),
			 v->evidence.manifest.ek_count, v->evidence.manifest.ek_count == 1 ? "" : "s");
}

/* The VCEK is named by chip id and TCB, so the report must give both and be signed with it. */
static bool names_a_vcek(const struct snp_report *f, struct error *error)
{
	static const uint8_t masked[SNP_CHIP_ID_SIZE];
	uint32_t key = f->key_info >> SNP_KEY_INFO_SIGNING_KEY_SHIFT & SNP_KEY_INFO_SIGNING_KEY_MASK;

	if (f->key_info & SNP_KEY_INFO_MASK_CHIP_KEY || key == SNP_SIGNING_KEY_NONE)
		return error_refuse(error, "the host's configuration left the report unsigned (MASK_CHIP_KEY)");
	if (key != SNP_SIGNING_KEY_VCEK)
		return error_refuse(error, "the report is signed with a VLEK; this version verifies VCEK reports only");
	if (memcmp(f->chip_id, masked, sizeof(masked)) == 0)
		return error_refuse(error, "the host masks CHIP_ID, so no VCEK can be looked up");
	return true;
}

/* From the report when it names its CPU, else from the caller, else (files only) from the VCEK */
static bool choose_product(struct verify *v, struct error *error)
{
	v->product = v->evidence.report.product;
	if (v->product != PRODUCT_UNKNOWN && v->product_hint != PRODUCT_UNKNOWN && v->product != v->product_hint)
		return error_refuse(error, "the report is from product %s, not from %s", product_name(v->product),
				    product_name(v->product_hint));
	if (v->product == PRODUCT_UNKNOWN)
		v->product = v->product_hint;
	if (v->product == PRODUCT_UNKNOWN && v->kds.url)
		return error_refuse(error, "a version 2 report does not name its product line; say --product");
	return true;
}

static bool get_chain(struct verify *v, struct error *error)
{
	struct blob pem = {NULL, 0}, der = {NULL, 0};
	bool ok;

	ok = kds_cert_chain(&v->kds, v->product, &pem, error) &&
	     kds_vcek(&v->kds, v->product, &v->evidence.report, &der, error) &&
	     chain_parse(&v->chain, &pem, &der, error);
	blob_free(&pem);
	blob_free(&der);
	return ok;
}

enum verify_status verify_chain(struct verify *v, struct error *text)
{
	char until[32];
	struct tm parts;

	if (!names_a_vcek(&v->evidence.report.fields, text) || !choose_product(v, text) || !get_chain(v, text) ||
	    !chain_verify(&v->chain, v->roots, v->now, text))
		return VERIFY_FAILED;
	if (v->product == PRODUCT_UNKNOWN)
		v->product = chain_vcek_product(v->chain.vcek);
	if (v->product == PRODUCT_UNKNOWN)
		return verify_fail(text, "the VCEK names no product line this program knows");
	if (!chain_vcek_matches(v->chain.vcek, &v->evidence.report, v->product, text))
		return VERIFY_FAILED;
	if (!ASN1_TIME_to_tm(X509_get0_notAfter(v->chain.vcek), &parts))
		return verify_fail(text, "the VCEK does not say when it ends");
	chain_time_text(timegm(&parts), until);
	return verify_ok(text, "%s VCEK for this chip and TCB under the pinned ARK, valid until %s",
			 product_name(v->product), until);
}

enum verify_status verify_revocation(struct verify *v, struct error *text)
{
	struct blob crl;
	char until[32];
	bool ok;

	if (!kds_crl(&v->kds, v->product, &crl, text)) {
		/* Not to know is not a verdict about a certificate. */
		text->kind = ERROR_IO;
		return VERIFY_FAILED;
	}
	ok = chain_check_crl(&v->chain, &crl, v->now, until, text);
	blob_free(&crl);
	return ok ? verify_ok(text, "no certificate is on the ARK's CRL, which is valid until %s", until)
		  : VERIFY_FAILED;
}

/* r and s are little-endian in the report, and big-endian in the DER form OpenSSL wants. */
static size_t signature_der(const struct snp_report *f, uint8_t out[ECDSA_DER_MAX])
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_lebin2bn(f->signature_r, COMPONENT_SIZE, NULL);
	BIGNUM *s = BN_lebin2bn(f->signature_s, COMPONENT_SIZE, NULL);
	unsigned char *at = out;
	int length = 0;

	if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* the pair owns them now */
		length = i2d_ECDSA_SIG(pair, NULL);
		length = length > 0 && length <= (int)ECDSA_DER_MAX ? i2d_ECDSA_SIG(pair, &at) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return length > 0 ? (size_t)length : 0;
}

enum verify_status verify_signature(struct verify *v, struct error *text)
{
	const struct report *report = &v->evidence.report;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[ECDSA_DER_MAX];
	size_t size = signature_der(&report->fields, der);
	bool ok = context && size > 0 &&
		  EVP_DigestVerifyInit_ex(context, NULL, "SHA384", NULL, NULL, X509_get0_pubkey(v->chain.vcek), NULL) >
			  0 &&
		  EVP_DigestVerify(context, der, size, report->raw, SNP_REPORT_SIGNED_SIZE) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok ? verify_ok(text, "the VCEK signed this report")
		  : verify_fail(text, "the report is not signed by the VCEK: it was changed, or is from another chip");
}

enum verify_status verify_binding(struct verify *v, struct error *text)
{
	const struct evidence *e = &v->evidence;
	EVP_MD_CTX *context;
	uint8_t digest[SNP_REPORT_DATA_SIZE];
	unsigned int size = 0;
	bool ok;

	if (e->has_selector)
		return verify_fail(text, "the evidence is for a manifest selector, which this version cannot verify");
	if (memcmp(e->nonce.data, v->state->nonce, STATE_NONCE_SIZE) != 0)
		return verify_fail(text, "the evidence is for another nonce than this challenge's: it may be a replay");
	context = EVP_MD_CTX_new();
	ok = context && EVP_DigestInit_ex2(context, EVP_sha512(), NULL) > 0 &&
	     EVP_DigestUpdate(context, v->state->nonce, STATE_NONCE_SIZE) > 0 &&
	     EVP_DigestUpdate(context, e->manifest_bytes.data, e->manifest_bytes.size) > 0 &&
	     EVP_DigestFinal_ex(context, digest, &size) > 0 && size == sizeof(digest);
	EVP_MD_CTX_free(context);
	if (!ok) {
		error_resources(text, "hash nonce and manifest");
		return VERIFY_FAILED;
	}
	if (memcmp(digest, e->report.fields.report_data, sizeof(digest)) != 0)
		return verify_fail(text,
				   "REPORT_DATA is not SHA-512(nonce || manifest): the report vouches for another "
				   "nonce or manifest");
	return verify_ok(text, "REPORT_DATA covers this challenge's nonce and the manifest");
}
