/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * AMD's certificates (AMD 57230 "VCEK Certificate and KDS Interface Specification"): ARK signs ASK, ASVK and the CRL,
 * ASK signs VCEKs, ASVK signs VLEKs, all with RSASSA-PSS and SHA-384. Only AMD's pinned ARKs are trusted, or those the
 * caller names instead.
 */
#ifndef SVSM_ATTEST_CHAIN_H
#define SVSM_ATTEST_CHAIN_H

#include "certificate.h"
#include "finding.h"
#include "report.h"

struct chain {
	X509 *ark, *intermediate, *leaf; /* intermediate: ASK or ASVK */
	bool ark_pinned;
};

/*
 * Chooses from `authorities` (ASK or ASVK, and ARK, in any order) those that the leaf names as its issuers. Takes
 * references of its own. False when there are none; free `out` in any case.
 */
bool chain_assemble(struct chain *out, X509 *leaf, const struct certificate_list *authorities,
		    struct error *error) MUST_CHECK;
void chain_free(struct chain *chain);

struct chain_rules {
	const struct certificate_list *test_roots; /* NULL: AMD's */
	bool vlek;				   /* the report names a VLEK, not a VCEK */
	time_t now;
};
/* Everything about the three certificates but what ties the leaf to a report */
void chain_check(struct chain *chain, const struct chain_rules *rules, struct findings *findings);

/* Product line in a leaf; PRODUCT_UNKNOWN when it names none this program knows */
enum product chain_leaf_product(const X509 *leaf);
/* Patch levels in a leaf; false when one is missing or malformed */
bool chain_leaf_tcb(const X509 *leaf, enum product product, struct tcb *out);
/* Cloud provider that a VLEK names (csp_id), made printable; "" when there is none */
void chain_leaf_csp(const X509 *leaf, char text[64]);
/* The leaf is of the kind, key, product line, chip and TCB that the report states. */
void chain_check_leaf(const X509 *leaf, const struct report *report, enum product product, struct findings *findings);
/* The leaf's key can be used to check a report's signature. */
bool chain_leaf_usable(const X509 *leaf);
/* chain_check_leaf() without the words, for certificates that are only a hint */
bool chain_leaf_is_for(const X509 *leaf, const struct report *report, enum product product);

/* The ARK's CRL: form, signature, period, completeness, and that neither intermediate nor leaf is on it */
void chain_check_crl(const struct chain *chain, const struct blob *crl, time_t now, char until[32],
		     struct findings *findings);

#endif
