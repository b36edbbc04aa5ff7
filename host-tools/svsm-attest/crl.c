/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* AMD's revocation lists: issued by the ARK, for the intermediates under it. */
#include "chain.h"

#include <openssl/err.h>

static void check_period(const X509_CRL *crl, time_t now, char until[32], struct findings *findings)
{
	time_t from, to;
	char at[32];

	until[0] = 0;
	if (!certificate_time(X509_CRL_get0_lastUpdate(crl), &from) ||
	    !certificate_time(X509_CRL_get0_nextUpdate(crl), &to)) {
		findings_check(findings, CHECK_CRL_VALIDITY, false,
			       "the CRL does not say from when until when it holds");
		return;
	}
	certificate_time_text(now, at);
	certificate_time_text(to, until);
	findings_check(findings, CHECK_CRL_VALIDITY, now >= from, "the CRL is not yet valid at %s; check the clock",
		       at);
	findings_check(findings, CHECK_CRL_VALIDITY, now <= to, "the CRL ended at %s: fetch a newer one", until);
}

/* A critical extension says that the list is not the whole list. */
static bool plain(const X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, i)))
			return false;
	}
	return true;
}

static void check(const struct chain *chain, X509_CRL *crl, time_t now, char until[32], struct findings *findings)
{
	const struct {
		X509 *certificate;
		const char *name;
	} checked[] = {{chain->ark, "root (ARK)"}, {chain->intermediate, "intermediate (ASK or ASVK)"}};
	bool issued = X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(chain->ark)) == 0;
	X509_REVOKED *revoked;
	bool ok;

	if (!findings_check(findings, CHECK_CRL_SIGNED, issued, "the CRL is not issued by this chain's ARK"))
		return;
	ok = X509_CRL_get_signature_nid(crl) == NID_rsassaPss &&
	     X509_CRL_verify(crl, X509_get0_pubkey(chain->ark)) == 1;
	if (!findings_check(findings, CHECK_CRL_SIGNED, ok, "the CRL is not signed by the ARK"))
		return;
	findings_check(findings, CHECK_CRL_COMPLETE, plain(crl),
		       "the CRL has a critical extension, so it may not list everything");
	check_period(crl, now, until, findings);
	/* The ARK issues no leaves, whose serial numbers (all 0) mean nothing on its list. */
	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++) {
		bool listed =
			X509_CRL_get0_by_serial(crl, &revoked, X509_get_serialNumber(checked[i].certificate)) != 0;

		findings_check(findings, CHECK_NOT_REVOKED, !listed, "the %s is revoked", checked[i].name);
	}
}

void chain_check_crl(const struct chain *chain, const struct blob *bytes, time_t now, char until[32],
		     struct findings *findings)
{
	X509_CRL *crl = certificate_crl_parse(bytes);

	until[0] = 0;
	if (findings_check(findings, CHECK_CRL_FORM, crl, "the CRL is not exactly one CRL in DER or PEM form"))
		check(chain, crl, now, until, findings);
	ERR_clear_error();
	X509_CRL_free(crl);
}
