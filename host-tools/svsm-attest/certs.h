/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Where certificates come from, in this order: files that the caller names, the host's table, the cache, KDS. All are
 * hints; whether they hold is decided elsewhere, by the same checks.
 */
#ifndef SVSM_ATTEST_CERTS_H
#define SVSM_ATTEST_CERTS_H

#include "certificate.h"
#include "certificate_table.h"
#include "kds.h"

struct certs {
	/* Files; a name given is the only source for its part. NULL: not given */
	const char *leaf_file, *chain_file, *crl_file;
	const char *folder; /* vcek.der, cert_chain.pem and crl.der in it, likewise */
	const char *cache;  /* folder; NULL: none */
	bool offline;	    /* never ask KDS */
	struct kds kds;
};

/* What certificates are looked for */
struct certs_query {
	const struct report *report;
	enum product product;		       /* PRODUCT_UNKNOWN: files only */
	const struct certificate_table *table; /* of the host, or NULL */
	time_t now;			       /* for the list: one that has ended is asked for again */
};

/*
 * ERROR_REFUSED: there is none (KDS does not know it, or nothing may be asked); ERROR_IO, ERROR_NETWORK: could not be
 * read or fetched. `form` says whether the words are about malformed bytes.
 */
bool certs_leaf(const struct certs *certs, const struct certs_query *query, X509 **out, bool *form,
		struct error *error) MUST_CHECK;
/* ASK or ASVK, and ARK */
bool certs_authorities(const struct certs *certs, const struct certs_query *query, const X509 *leaf,
		       struct certificate_list *out, bool *form, struct error *error) MUST_CHECK;
bool certs_crl(const struct certs *certs, const struct certs_query *query, struct blob *out,
	       struct error *error) MUST_CHECK;

#endif
