/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages about the report: is it real, and for this challenge. */
#include "verify.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define COMPONENT_SIZE 48u
#define ECDSA_DER_MAX 128u

static bool is_vlek(const struct verify *v)
{
	return report_signing_key(&v->report.fields) == SNP_SIGNING_KEY_VLEK;
}

static bool check_signed(struct verify *v)
{
	const struct snp_report *f = &v->report.fields;

	return findings_check(&v->findings, CHECK_REPORT_SIGNED,
			      !(f->key_info & SNP_KEY_INFO_MASK_CHIP_KEY) &&
				      report_signing_key(f) != SNP_SIGNING_KEY_NONE,
			      "the host's configuration left the report unsigned (MASK_CHIP_KEY, SIGNING_KEY %u)",
			      report_signing_key(f));
}

/* From the report when it names its CPU, else from the caller; the leaf is asked later. */
static void choose_product(struct verify *v)
{
	v->product = v->report.product != PRODUCT_UNKNOWN ? v->report.product : v->product_hint;
	findings_check(
		&v->findings, CHECK_PRODUCT_AGREES, v->product_hint == PRODUCT_UNKNOWN || v->product == v->product_hint,
		"the report is from product %s, not from %s", product_name(v->product), product_name(v->product_hint));
}

static bool get_certificates(struct verify *v)
{
	const struct certs_query query = {.report = &v->report, .product = v->product, .table = &v->table};
	struct certificate_list authorities = {.count = 0};
	X509 *leaf = NULL;
	struct error error;
	bool form = false, ok;

	if (v->leaf_hint)
		v->table.vcek = v->table.vlek = *v->leaf_hint;
	ok = certs_leaf(v->certs, &query, &leaf, &form, &error) &&
	     certs_authorities(v->certs, &query, leaf, &authorities, &form, &error);
	findings_result(&v->findings, CHECK_CERTIFICATES_AVAILABLE, ok || form, &error);
	findings_result(&v->findings, CHECK_CERTIFICATE_FORM, !form, &error);
	if (ok) {
		v->has_chain = chain_assemble(&v->chain, leaf, &authorities, &error);
		findings_result(&v->findings, CHECK_CHAIN_NAMES, v->has_chain, &error);
	} else if (leaf) {
		v->chain.leaf = leaf; /* the signature can be judged all the same */
		leaf = NULL;
	}
	X509_free(leaf);
	certificate_list_free(&authorities);
	return v->has_chain;
}

static void summarise_chain(struct verify *v)
{
	char until[32] = "an unknown time", csp[64];
	time_t ends;

	if (certificate_time(X509_get0_notAfter(v->chain.leaf), &ends))
		certificate_time_text(ends, until);
	chain_leaf_csp(v->chain.leaf, csp);
	if (is_vlek(v))
		verify_summary(v, VERIFY_CHAIN, "%s VLEK of '%s' for this TCB under %s, valid until %s",
			       product_name(v->product), csp, v->test_roots ? "a test root" : "AMD's pinned root",
			       until);
	else
		verify_summary(v, VERIFY_CHAIN, "%s VCEK for this chip and TCB under %s, valid until %s",
			       product_name(v->product), v->test_roots ? "a test root" : "AMD's pinned root", until);
}

void verify_chain(struct verify *v)
{
	const struct chain_rules rules = {.test_roots = v->test_roots, .vlek = is_vlek(v), .now = v->now};
	bool signature;

	if (!v->has_report) {
		verify_skip(v, VERIFY_CHAIN, "no readable report");
		return;
	}
	signature = check_signed(v);
	choose_product(v);
	if (!signature)
		return;
	if (get_certificates(v))
		chain_check(&v->chain, &rules, &v->findings);
	if (!v->chain.leaf)
		return;
	if (v->product == PRODUCT_UNKNOWN)
		v->product = chain_leaf_product(v->chain.leaf);
	if (!findings_check(&v->findings, CHECK_LEAF_PRODUCT, v->product != PRODUCT_UNKNOWN,
			    "the leaf names no product line this program knows"))
		return;
	chain_check_leaf(v->chain.leaf, &v->report, v->product, &v->findings);
	summarise_chain(v);
}

/* A list that cannot be had */
static void without_crl(struct verify *v, const struct error *error)
{
	if (v->revocation == REVOCATION_BEST_EFFORT) {
		verify_skip(v, VERIFY_REVOCATION, "best effort: %.500s", error->text);
		verify_warn(v, "revocation was not checked");
	} else {
		findings_result(&v->findings, CHECK_CRL_AVAILABLE, false, error);
	}
}

void verify_revocation(struct verify *v)
{
	const struct certs_query query = {.report = &v->report, .product = v->product, .now = v->now};
	struct error error;
	struct blob crl;
	char until[32];

	if (v->revocation == REVOCATION_OFF) {
		verify_skip(v, VERIFY_REVOCATION, "switched off");
		verify_warn(v, "revocation was not checked");
		return;
	}
	/* The list is the ARK's: under a root that is not trusted it says nothing. */
	if (!v->has_chain || !v->chain.ark_pinned) {
		verify_skip(v, VERIFY_REVOCATION, "no chain to a trusted root");
		return;
	}
	if (!certs_crl(v->certs, &query, &crl, &error)) {
		without_crl(v, &error);
		return;
	}
	chain_check_crl(&v->chain, &crl, v->now, until, &v->findings);
	blob_free(&crl);
	verify_summary(v, VERIFY_REVOCATION, "no certificate is on the ARK's list, which is valid until %s", until);
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

/* r and s of P-384 must be from 1 to the group's order less 1. */
static bool in_range(const struct snp_report *f, EVP_PKEY *key)
{
	BIGNUM *r = BN_lebin2bn(f->signature_r, COMPONENT_SIZE, NULL), *order = NULL;
	BIGNUM *s = BN_lebin2bn(f->signature_s, COMPONENT_SIZE, NULL);
	bool ok = r && s && EVP_PKEY_get_bn_param(key, "order", &order) > 0 && !BN_is_zero(r) && !BN_is_zero(s) &&
		  BN_cmp(r, order) < 0 && BN_cmp(s, order) < 0;

	BN_free(r);
	BN_free(s);
	BN_free(order);
	return ok;
}

void verify_signature(struct verify *v)
{
	EVP_MD_CTX *context;
	uint8_t der[ECDSA_DER_MAX];
	EVP_PKEY *key;
	size_t size;
	bool ok;

	if (!v->has_report || !v->chain.leaf || !chain_leaf_usable(v->chain.leaf)) {
		verify_skip(v, VERIFY_SIGNATURE, "no certificate with a usable key");
		return;
	}
	key = X509_get0_pubkey(v->chain.leaf);
	if (!findings_check(&v->findings, CHECK_SIGNATURE_RANGE, in_range(&v->report.fields, key),
			    "r or s of the report's signature is 0 or too large: the report is not signed"))
		return;
	/* Over the bytes as received, never over fields written out again */
	context = EVP_MD_CTX_new();
	size = signature_der(&v->report.fields, der);
	ok = context && size > 0 && EVP_DigestVerifyInit_ex(context, NULL, "SHA384", NULL, NULL, key, NULL) > 0 &&
	     EVP_DigestVerify(context, der, size, v->report.raw, SNP_REPORT_SIGNED_SIZE) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	findings_check(&v->findings, CHECK_SIGNATURE, ok,
		       "the report is not signed by the %s: it was changed, or is from another chip",
		       is_vlek(v) ? "VLEK" : "VCEK");
	verify_summary(v, VERIFY_SIGNATURE, "the %s signed this report", is_vlek(v) ? "VLEK" : "VCEK");
}

/* The selector that counts is the relying party's; the evidence's has to be it. */
static bool check_selector(struct verify *v)
{
	const struct expectation *x = v->expectation;
	const struct evidence *e = &v->evidence;

	/* Separate files are whatever the relying party takes them for; REPORT_DATA decides. */
	if (v->evidence.is_files)
		return true;
	if (!x || x->selector_size == 0)
		return !e->has_selector ||
		       findings_check(&v->findings, CHECK_SELECTOR, false,
				      "the evidence is for a manifest selector, but none is expected (--selector)");
	if (!findings_check(&v->findings, CHECK_SELECTOR, e->has_selector,
			    "the evidence is not for a manifest selector, but %s is expected", x->path))
		return false;
	return findings_check(&v->findings, CHECK_SELECTOR,
			      e->selector.size == x->selector_size &&
				      memcmp(e->selector.data, x->selector, x->selector_size) == 0,
			      "the evidence is for another manifest selector than %s", x->path);
}

static void check_manifest_binding(struct verify *v)
{
	bool selected = v->expectation && v->expectation->selector_size > 0;
	uint8_t expected[SNP_REPORT_DATA_SIZE];
	struct error error;

	if (!expectation_report_data(v->expectation, v->nonce, &v->evidence.manifest, expected)) {
		error_resources(&error, "hash nonce and manifest");
		findings_result(&v->findings, CHECK_REPORT_DATA, false, &error);
		return;
	}
	findings_check(
		&v->findings, CHECK_REPORT_DATA, memcmp(expected, v->report.fields.report_data, sizeof(expected)) == 0,
		"REPORT_DATA is not SHA-512(nonce || %smanifest): the report vouches for another nonce%s or manifest",
		selected ? "context || selector || " : "", selected ? ", selector" : "");
	verify_summary(v, VERIFY_BINDING, "REPORT_DATA covers this challenge's nonce%s and the manifest",
		       selected ? ", the selector" : "");
}

/* A manifest is the SVSM's word only when REPORT_DATA covers it, and that takes the nonce. */
static void check_without_nonce(struct verify *v)
{
	if (v->report_data) {
		findings_check(&v->findings, CHECK_REPORT_DATA,
			       memcmp(v->report_data, v->report.fields.report_data, SNP_REPORT_DATA_SIZE) == 0,
			       "REPORT_DATA is not the value expected");
		verify_summary(v, VERIFY_BINDING, "REPORT_DATA is the value expected");
	}
	if (v->evidence.manifest.data)
		findings_check(
			&v->findings, CHECK_REPORT_DATA, false,
			"there is a manifest, but no nonce to tie it to the report with: give --state or --nonce");
	else if (!v->report_data)
		verify_skip(v, VERIFY_BINDING,
			    "no nonce and no report data to expect (--nonce, --report-data): the report may be old");
}

void verify_binding(struct verify *v)
{
	const struct evidence *e = &v->evidence;

	if (!v->has_report) {
		verify_skip(v, VERIFY_BINDING, "no readable report");
		return;
	}
	if (!v->nonce) {
		check_without_nonce(v);
		return;
	}
	if (e->nonce.data)
		findings_check(&v->findings, CHECK_NONCE, memcmp(e->nonce.data, v->nonce, EVIDENCE_NONCE_SIZE) == 0,
			       "the evidence is for another nonce than this challenge's: it may be a replay");
	if (!check_selector(v))
		return;
	if (e->manifest.data) {
		check_manifest_binding(v);
	} else {
		findings_check(&v->findings, CHECK_REPORT_DATA,
			       memcmp(v->nonce, v->report.fields.report_data, SNP_REPORT_DATA_SIZE) == 0,
			       "REPORT_DATA is not the nonce, and there is no manifest to cover");
		verify_summary(v, VERIFY_BINDING, "REPORT_DATA is this challenge's nonce");
	}
}
