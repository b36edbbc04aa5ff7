/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "chain.h"

#include "root.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define RSA_BITS_MIN 4096
#define VLEK_AUTHORITY "SEV-VLEK-"
#define VCEK_AUTHORITY "SEV-"

static X509 *find(const struct certificate_list *list, const X509_NAME *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (X509_NAME_cmp(X509_get_subject_name(list->item[i]), name) == 0)
			return list->item[i];
	}
	return NULL;
}

bool chain_assemble(struct chain *out, X509 *leaf, const struct certificate_list *authorities, struct error *error)
{
	char name[64];

	*out = (struct chain){.leaf = leaf};
	X509_up_ref(leaf);
	out->intermediate = find(authorities, X509_get_issuer_name(leaf));
	certificate_common_name(X509_get_issuer_name(leaf), name);
	if (!out->intermediate)
		return error_refuse(error, "the chain has no certificate of the leaf's issuer '%s' (ASK or ASVK)",
				    name);
	X509_up_ref(out->intermediate);
	out->ark = find(authorities, X509_get_issuer_name(out->intermediate));
	certificate_common_name(X509_get_issuer_name(out->intermediate), name);
	if (!out->ark || out->ark == out->intermediate) {
		out->ark = NULL;
		return error_refuse(error, "the chain has no certificate of the root '%s' (ARK)", name);
	}
	X509_up_ref(out->ark);
	return true;
}

void chain_free(struct chain *chain)
{
	X509_free(chain->ark);
	X509_free(chain->intermediate);
	X509_free(chain->leaf);
	*chain = (struct chain){.leaf = NULL};
}

/* RSASSA-PSS with SHA-384 (and OpenSSL has checked that the parameters make sense) */
static bool is_pss_sha384(X509 *certificate)
{
	int digest = NID_undef, key;

	return X509_get_signature_nid(certificate) == NID_rsassaPss &&
	       X509_get_signature_info(certificate, &digest, &key, NULL, NULL) && digest == NID_sha384;
}

static void check_period(const X509 *certificate, const char *what, time_t now, struct findings *findings)
{
	char at[32], from_text[32], to_text[32];
	time_t from, to;

	if (!certificate_time(X509_get0_notBefore(certificate), &from) ||
	    !certificate_time(X509_get0_notAfter(certificate), &to)) {
		findings_check(findings, CHECK_CHAIN_VALIDITY, false, "the %s has a malformed validity period", what);
		return;
	}
	certificate_time_text(now, at);
	certificate_time_text(from, from_text);
	certificate_time_text(to, to_text);
	findings_check(findings, CHECK_CHAIN_VALIDITY, now >= from,
		       "the %s is not yet valid at %s (from %s); check the clock", what, at, from_text);
	findings_check(findings, CHECK_CHAIN_VALIDITY, now <= to, "the %s is no longer valid at %s (until %s)", what,
		       at, to_text);
}

static bool check_algorithm(X509 *certificate, const char *what, const X509 *issuer, const char *by,
			    struct findings *findings)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	bool usable = key && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN;
	bool pss = is_pss_sha384(certificate);

	findings_check(findings, CHECK_CHAIN_ALGORITHM, pss, "the %s is not signed with RSASSA-PSS and SHA-384", what);
	findings_check(findings, CHECK_CHAIN_ALGORITHM, usable, "the %s's key is not RSA of %d bits or more", by,
		       RSA_BITS_MIN);
	return pss && usable;
}

static bool check_signed(X509 *certificate, const char *what, X509 *issuer, const char *by, struct findings *findings)
{
	bool ok = X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;

	ERR_clear_error();
	return findings_check(findings, CHECK_CHAIN_SIGNED, ok, "the %s is not signed by the %s", what, by);
}

/*
 * Signatures, basic constraints, path length, key usage and critical extensions, as OpenSSL judges them. Times are
 * judged apart. A signature that does not hold is then named.
 */
static void check_path(const struct chain *chain, const char *intermediate, const char *leaf, struct findings *findings)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	STACK_OF(X509) *untrusted = sk_X509_new_null();
	bool ok = false, is_signed = true;
	struct error error;

	if (!store || !context || !untrusted || !X509_STORE_add_cert(store, chain->ark) ||
	    !sk_X509_push(untrusted, chain->intermediate) ||
	    !X509_STORE_CTX_init(context, store, chain->leaf, untrusted)) {
		error_resources(&error, "verify the certificate chain");
	} else {
		X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
		ok = X509_verify_cert(context) == 1 && sk_X509_num(X509_STORE_CTX_get0_chain(context)) == 3;
		error_refuse(&error, "the certificate chain does not hold: %s",
			     X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	}
	ERR_clear_error();
	if (!ok) {
		is_signed = check_signed(chain->intermediate, intermediate, chain->ark, "ARK", findings);
		is_signed &= check_signed(chain->leaf, leaf, chain->intermediate, intermediate, findings);
	}
	if (is_signed)
		findings_result(findings, CHECK_CHAIN_PATH, ok, &error);
	if (ok)
		findings_result(findings, CHECK_CHAIN_SIGNED, true, NULL);
	sk_X509_free(untrusted);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
}

static void check_root(struct chain *chain, const struct certificate_list *test_roots, struct findings *findings)
{
	uint8_t digest[32] = {0};
	char name[64], *hex;

	chain->ark_pinned = !test_roots && root_product(chain->ark) != PRODUCT_UNKNOWN;
	for (size_t i = 0; test_roots && i < test_roots->count; i++)
		chain->ark_pinned |= X509_cmp(chain->ark, test_roots->item[i]) == 0;
	certificate_common_name(X509_get_subject_name(chain->ark), name);
	hex = certificate_sha256(chain->ark, digest) ? blob_hex(digest, sizeof(digest)) : NULL;
	findings_check(findings, CHECK_ARK_PINNED, chain->ark_pinned, "root '%s' (SHA-256 %s) is not %s", name,
		       hex ? hex : "unknown",
		       test_roots ? "one of the trust roots named" : "one of AMD's pinned roots (ARK)");
	free(hex);
}

/* ASK for VCEKs, ASVK for VLEKs; their names tell. */
static void check_intermediate(const struct chain *chain, bool vlek, struct findings *findings)
{
	char name[64];
	bool asvk, ask;

	certificate_common_name(X509_get_subject_name(chain->intermediate), name);
	asvk = strncmp(name, VLEK_AUTHORITY, strlen(VLEK_AUTHORITY)) == 0;
	ask = !asvk && strncmp(name, VCEK_AUTHORITY, strlen(VCEK_AUTHORITY)) == 0;
	findings_check(findings, CHECK_INTERMEDIATE_KIND, vlek ? asvk : ask,
		       "the report is signed with a %s, but the leaf's issuer '%s' is not an %s",
		       vlek ? "VLEK" : "VCEK", name,
		       vlek ? "ASVK (" VLEK_AUTHORITY "...)" : "ASK (" VCEK_AUTHORITY "...)");
}

void chain_check(struct chain *chain, const struct chain_rules *rules, struct findings *findings)
{
	const char *intermediate = rules->vlek ? "ASVK" : "ASK", *leaf = rules->vlek ? "VLEK" : "VCEK";
	bool ok;

	check_root(chain, rules->test_roots, findings);
	check_intermediate(chain, rules->vlek, findings);
	ok = findings_check(findings, CHECK_CHAIN_NAMES,
			    X509_NAME_cmp(X509_get_issuer_name(chain->ark), X509_get_subject_name(chain->ark)) == 0,
			    "the ARK is not self-issued");
	ok &= findings_check(findings, CHECK_CHAIN_AUTHORITY, X509_check_ca(chain->ark) == 1,
			     "the ARK is not a certificate authority");
	ok &= findings_check(findings, CHECK_CHAIN_AUTHORITY, X509_check_ca(chain->intermediate) == 1,
			     "the %s is not a certificate authority", intermediate);
	ok &= findings_check(findings, CHECK_CHAIN_AUTHORITY, X509_check_ca(chain->leaf) != 1,
			     "the %s is a certificate authority", leaf);
	/* The ARK is pinned whole: a signature of its own would add nothing. */
	ok &= check_algorithm(chain->intermediate, intermediate, chain->ark, "ARK", findings);
	ok &= check_algorithm(chain->leaf, leaf, chain->intermediate, intermediate, findings);
	check_period(chain->ark, "ARK", rules->now, findings);
	check_period(chain->intermediate, intermediate, rules->now, findings);
	check_period(chain->leaf, leaf, rules->now, findings);
	if (ok)
		check_path(chain, intermediate, leaf, findings);
}
