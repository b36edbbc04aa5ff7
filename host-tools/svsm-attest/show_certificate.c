/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "chain.h"
#include "root.h"
#include "show.h"

#include <openssl/bn.h>
#include <string.h>

static void show_period(FILE *out, const ASN1_TIME *from, const ASN1_TIME *to)
{
	char from_text[32] = "?", to_text[32] = "?";
	time_t time;

	if (certificate_time(from, &time))
		certificate_time_text(time, from_text);
	if (certificate_time(to, &time))
		certificate_time_text(time, to_text);
	show_line(out, "valid", "%s to %s", from_text, to_text);
}

static void show_serial(FILE *out, const char *name, const ASN1_INTEGER *serial)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *text = number ? BN_bn2hex(number) : NULL;

	show_line(out, name, "%s", text ? text : "?");
	OPENSSL_free(text);
	BN_free(number);
}

static void show_one(X509 *certificate, FILE *out)
{
	enum product pinned = root_product(certificate), product = chain_leaf_product(certificate);
	char subject[64], issuer[64], csp[64], tcb[TCB_TEXT_MAX];
	uint8_t digest[32];
	struct tcb levels;

	certificate_common_name(X509_get_subject_name(certificate), subject);
	certificate_common_name(X509_get_issuer_name(certificate), issuer);
	fprintf(out, "certificate '%s'%s\n", subject,
		pinned != PRODUCT_UNKNOWN ? ", a root that this program pins" : "");
	show_line(out, "issuer", "%s", issuer);
	show_serial(out, "serial", X509_get0_serialNumber(certificate));
	show_period(out, X509_get0_notBefore(certificate), X509_get0_notAfter(certificate));
	if (product != PRODUCT_UNKNOWN) {
		show_line(out, "product", "%s", product_name(product));
		if (chain_leaf_tcb(certificate, product, &levels)) {
			tcb_text(&levels, tcb);
			show_line(out, "TCB", "%s", tcb);
		}
		chain_leaf_csp(certificate, csp);
		if (csp[0])
			show_line(out, "cloud provider", "%s", csp);
	}
	if (certificate_sha256(certificate, digest))
		show_hex(out, "SHA-256", digest, sizeof(digest));
}

bool show_certificates(const struct blob *bytes, FILE *out, struct error *error)
{
	struct certificate_list list;
	bool ok = certificate_list_parse(&list, bytes);

	for (size_t i = 0; ok && i < list.count; i++)
		show_one(list.item[i], out);
	certificate_list_free(&list);
	return ok || error_refuse(error, "not a list of certificates in PEM form, nor one in DER form");
}

bool show_crl(const struct blob *bytes, FILE *out, struct error *error)
{
	X509_CRL *crl = certificate_crl_parse(bytes);
	STACK_OF(X509_REVOKED) * revoked;
	char issuer[64];

	if (!crl)
		return error_refuse(error, "not a CRL");
	certificate_common_name(X509_CRL_get_issuer(crl), issuer);
	fprintf(out, "CRL of '%s'\n", issuer);
	show_period(out, X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl));
	revoked = X509_CRL_get_REVOKED(crl);
	for (int i = 0; i < sk_X509_REVOKED_num(revoked); i++)
		show_serial(out, "revoked serial", X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i)));
	X509_CRL_free(crl);
	return true;
}
