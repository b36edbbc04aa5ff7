/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "chain.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define RSA_BITS_MIN 4096

void chain_time_text(time_t when, char text[32])
{
	struct tm parts;

	if (!gmtime_r(&when, &parts) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, 32, "an unknown time");
}

/* All certificates of a PEM file, at most `max`. On failure, `out` holds `count` of them all the same. */
static bool read_pem(const struct blob *pem, X509 **out, size_t max, size_t *count)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->size);
	X509 *certificate;
	bool ended;

	*count = 0;
	if (!bio)
		return false;
	ERR_clear_error();
	while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL && *count < max)
		out[(*count)++] = certificate;
	/* Only a file that ends is complete: neither one certificate too many nor a damaged one. */
	ended = !certificate && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	X509_free(certificate);
	ERR_clear_error();
	BIO_free(bio);
	return ended && *count > 0;
}

static void free_all(X509 **certificates, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		X509_free(certificates[i]);
		certificates[i] = NULL;
	}
}

bool chain_roots_parse(struct chain_roots *out, const char *name, const struct blob *pem, struct error *error)
{
	*out = (struct chain_roots){.count = 0};
	if (!read_pem(pem, out->root, CHAIN_ROOTS_MAX, &out->count)) {
		chain_roots_free(out);
		return error_refuse(error, "trust root %s: must hold 1 to %u certificates in PEM form", name,
				    CHAIN_ROOTS_MAX);
	}
	return true;
}

void chain_roots_free(struct chain_roots *roots)
{
	free_all(roots->root, roots->count);
	roots->count = 0;
}

static X509 *read_leaf(const struct blob *bytes)
{
	const unsigned char *at = bytes->data;
	X509 *leaf = NULL;
	size_t count;

	if (bytes->size > 5 && memcmp(bytes->data, "-----", 5) == 0) {
		if (!read_pem(bytes, &leaf, 1, &count)) {
			X509_free(leaf);
			leaf = NULL;
		}
		return leaf;
	}
	leaf = d2i_X509(NULL, &at, (long)bytes->size);
	if (leaf && at != bytes->data + bytes->size) {
		X509_free(leaf);
		leaf = NULL;
	}
	ERR_clear_error();
	return leaf;
}

bool chain_parse(struct chain *out, const struct blob *pem, const struct blob *der, struct error *error)
{
	X509 *pair[2] = {NULL, NULL};
	size_t count;

	*out = (struct chain){NULL, NULL, NULL};
	if (!read_pem(pem, pair, 2, &count) || count != 2) {
		free_all(pair, 2);
		return error_refuse(error, "cert_chain is not exactly two certificates in PEM form, ASK and ARK");
	}
	out->ask = pair[0];
	out->ark = pair[1];
	out->vcek = read_leaf(der);
	if (!out->vcek) {
		chain_free(out);
		return error_refuse(error, "the VCEK is not exactly one certificate in DER form");
	}
	return true;
}

void chain_free(struct chain *chain)
{
	X509_free(chain->ark);
	X509_free(chain->ask);
	X509_free(chain->vcek);
	*chain = (struct chain){NULL, NULL, NULL};
}

/* RSASSA-PSS with SHA-384 (and OpenSSL has checked that the parameters make sense) */
static bool is_pss_sha384(const X509 *certificate)
{
	int digest, key;

	return X509_get_signature_nid(certificate) == NID_rsassaPss &&
	       X509_get_signature_info((X509 *)(uintptr_t)certificate, &digest, &key, NULL, NULL) &&
	       digest == NID_sha384;
}

static bool check_period(const X509 *certificate, const char *what, time_t now, struct error *error)
{
	char at[32];

	chain_time_text(now, at);
	/* X509_cmp_time() gives 0 on a malformed time; both comparisons refuse it. */
	if (X509_cmp_time(X509_get0_notBefore(certificate), &now) >= 0)
		return error_refuse(error, "the %s is not yet valid at %s; check the clock", what, at);
	if (X509_cmp_time(X509_get0_notAfter(certificate), &now) <= 0)
		return error_refuse(error, "the %s is no longer valid at %s", what, at);
	return true;
}

static bool check_signed(X509 *certificate, const char *what, X509 *issuer, const char *by, struct error *error)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	bool ok;

	if (!is_pss_sha384(certificate))
		return error_refuse(error, "the %s is not signed with RSASSA-PSS and SHA-384", what);
	if (!key || !EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
		return error_refuse(error, "the %s's key is not RSA of %d bits", by, RSA_BITS_MIN);
	if (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0)
		return error_refuse(error, "the %s does not name the %s as its issuer", what, by);
	ok = X509_verify(certificate, key) == 1;
	ERR_clear_error();
	return ok || error_refuse(error, "the %s is not signed by the %s", what, by);
}

/* OpenSSL's own path validation on top: basic constraints, path length, key usage, unknown critical extensions */
static bool check_path(const struct chain *chain, time_t now, struct error *error)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	bool ok = false;

	if (!store || !context || !untrusted || !X509_STORE_add_cert(store, chain->ark) ||
	    !sk_X509_push(untrusted, chain->ask) || !X509_STORE_CTX_init(context, store, chain->vcek, untrusted)) {
		error_resources(error, "verify the certificate chain");
	} else {
		X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);

		X509_VERIFY_PARAM_set_time(parameters, now);
		X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CHECK_SS_SIGNATURE);
		ok = X509_verify_cert(context) == 1 && sk_X509_num(X509_STORE_CTX_get0_chain(context)) == 3;
		if (!ok)
			error_refuse(error, "the certificate chain does not hold: %s",
				     X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	}
	ERR_clear_error();
	sk_X509_free(untrusted);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return ok;
}

bool chain_verify(const struct chain *chain, const struct chain_roots *roots, time_t now, struct error *error)
{
	bool pinned = false;

	for (size_t i = 0; i < roots->count; i++)
		pinned |= X509_cmp(chain->ark, roots->root[i]) == 0;
	if (!pinned)
		return error_refuse(error, "the ARK that was served is not the pinned trust root");
	if (X509_check_ca(chain->ark) == 0 || X509_check_ca(chain->ask) == 0)
		return error_refuse(error, "ARK or ASK is not a certificate authority");
	return check_signed(chain->ark, "ARK", chain->ark, "ARK", error) &&
	       check_signed(chain->ask, "ASK", chain->ark, "ARK", error) &&
	       check_signed(chain->vcek, "VCEK", chain->ask, "ASK", error) &&
	       check_period(chain->ark, "ARK", now, error) && check_period(chain->ask, "ASK", now, error) &&
	       check_period(chain->vcek, "VCEK", now, error) && check_path(chain, now, error);
}

static bool crl_period(const X509_CRL *crl, time_t now, char until[32], struct error *error)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	struct tm parts;
	char at[32];

	chain_time_text(now, at);
	if (X509_cmp_time(X509_CRL_get0_lastUpdate(crl), &now) >= 0)
		return error_refuse(error, "the CRL is not yet valid at %s; check the clock", at);
	if (!next || !ASN1_TIME_to_tm(next, &parts))
		return error_refuse(error, "the CRL does not say when it ends");
	chain_time_text(timegm(&parts), until);
	if (X509_cmp_time(next, &now) <= 0)
		return error_refuse(error, "the CRL ended at %s: fetch a newer one", until);
	return true;
}

static bool crl_plain(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return false;
	}
	return true;
}

static bool crl_check(const struct chain *chain, X509_CRL *crl, time_t now, char until[32], struct error *error)
{
	const struct {
		X509 *certificate;
		const char *name;
	} checked[] = {{chain->ark, "ARK"}, {chain->ask, "ASK"}, {chain->vcek, "VCEK"}};
	X509_REVOKED *revoked;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(chain->ark)) != 0)
		return error_refuse(error, "the CRL is not issued by the ARK");
	if (X509_CRL_get_signature_nid(crl) != NID_rsassaPss || X509_CRL_verify(crl, X509_get0_pubkey(chain->ark)) != 1)
		return error_refuse(error, "the CRL is not signed by the ARK");
	if (!crl_plain(crl))
		return error_refuse(error, "the CRL has a critical extension, so it may not list everything");
	if (!crl_period(crl, now, until, error))
		return false;
	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++) {
		if (X509_CRL_get0_by_cert(crl, &revoked, checked[i].certificate) != 0)
			return error_refuse(error, "the %s is revoked", checked[i].name);
	}
	return true;
}

bool chain_check_crl(const struct chain *chain, const struct blob *der, time_t now, char until[32], struct error *error)
{
	const unsigned char *at = der->data;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der->size);
	bool ok;

	if (!crl || at != der->data + der->size)
		ok = error_refuse(error, "the CRL is not exactly one CRL in DER form");
	else
		ok = crl_check(chain, crl, now, until, error);
	ERR_clear_error();
	X509_CRL_free(crl);
	return ok;
}
