/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

static bool is_pem(const struct blob *bytes)
{
	return bytes->size > 5 && memcmp(bytes->data, "-----", 5) == 0;
}

/* Only a file that ends after a whole certificate is taken: neither one too many nor a damaged one. */
static bool parse_pem(struct certificate_list *out, const struct blob *bytes)
{
	BIO *bio = BIO_new_mem_buf(bytes->data, (int)bytes->size);
	X509 *certificate = NULL;
	bool ended;

	if (!bio)
		return false;
	ERR_clear_error();
	while (out->count < CERTIFICATE_LIST_MAX && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		out->item[out->count++] = certificate;
	if (out->count == CERTIFICATE_LIST_MAX) {
		certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		X509_free(certificate);
	}
	ended = !certificate && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(bio);
	return ended;
}

static bool parse_der(struct certificate_list *out, const struct blob *bytes)
{
	const unsigned char *at = bytes->data;

	out->item[0] = d2i_X509(NULL, &at, (long)bytes->size);
	out->count = out->item[0] ? 1 : 0;
	ERR_clear_error();
	return out->count == 1 && at == bytes->data + bytes->size;
}

bool certificate_list_parse(struct certificate_list *out, const struct blob *bytes)
{
	*out = (struct certificate_list){.count = 0};
	if (bytes->size == 0 || bytes->size > INT32_MAX)
		return false;
	return (is_pem(bytes) ? parse_pem(out, bytes) : parse_der(out, bytes)) && out->count > 0;
}

void certificate_list_free(struct certificate_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		X509_free(list->item[i]);
	list->count = 0;
}

X509_CRL *certificate_crl_parse(const struct blob *bytes)
{
	const unsigned char *at = bytes->data;
	X509_CRL *crl = NULL;
	BIO *bio;

	if (bytes->size == 0 || bytes->size > INT32_MAX)
		return NULL;
	if (is_pem(bytes)) {
		bio = BIO_new_mem_buf(bytes->data, (int)bytes->size);
		crl = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
		BIO_free(bio);
	} else {
		crl = d2i_X509_CRL(NULL, &at, (long)bytes->size);
		if (crl && at != bytes->data + bytes->size) {
			X509_CRL_free(crl);
			crl = NULL;
		}
	}
	ERR_clear_error();
	return crl;
}

void certificate_time_text(time_t when, char text[32])
{
	struct tm parts;

	if (!gmtime_r(&when, &parts) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, 32, "an unknown time");
}

bool certificate_time(const ASN1_TIME *from, time_t *out)
{
	struct tm parts;

	if (!from || !ASN1_TIME_to_tm(from, &parts))
		return false;
	*out = timegm(&parts);
	return true;
}

void certificate_common_name(const X509_NAME *name, char text[64])
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *value;
	size_t length;

	text[0] = 0;
	if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0)
		return;
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	length = (size_t)ASN1_STRING_length(value);
	if (length > 63 || memchr(ASN1_STRING_get0_data(value), 0, length))
		return;
	memcpy(text, ASN1_STRING_get0_data(value), length);
	text[length] = 0;
	error_printable(text);
}

bool certificate_sha256(const X509 *certificate, uint8_t out[32])
{
	unsigned int size = 0;

	return X509_digest(certificate, EVP_sha256(), out, &size) == 1 && size == 32;
}
