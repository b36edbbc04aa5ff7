/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "file_kind.h"

#include "abi/snp.h"
#include "abi/svsm.h"
#include "certificate.h"
#include "certificate_table.h"
#include "event_log.h"
#include "manifest.h"
#include "quote.h"

#include <string.h>

bool file_kind_from_name(const char *name, enum file_kind *out)
{
	static const char *const names[] = {
		[FILE_KIND_BUNDLE] = "bundle",
		[FILE_KIND_REPORT] = "report",
		[FILE_KIND_CERTIFICATES] = "certificate",
		[FILE_KIND_CRL] = "crl",
		[FILE_KIND_CERTIFICATE_TABLE] = "table",
		[FILE_KIND_MANIFEST_SERVICES] = "services-manifest",
		[FILE_KIND_MANIFEST_VTPM] = "vtpm-manifest",
		[FILE_KIND_QUOTE] = "quote",
		[FILE_KIND_EVENT_LOG] = "event-log",
	};

	for (size_t i = FILE_KIND_BUNDLE; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum file_kind)i;
			return true;
		}
	}
	return false;
}

static bool is_certificates(const struct blob *bytes)
{
	struct certificate_list list;
	bool ok = certificate_list_parse(&list, bytes);

	certificate_list_free(&list);
	return ok;
}

static bool is_crl(const struct blob *bytes)
{
	X509_CRL *crl = certificate_crl_parse(bytes);

	X509_CRL_free(crl);
	return crl != NULL;
}

static bool is_manifest(const struct blob *bytes, bool services)
{
	enum manifest_form form = manifest_form_guess(bytes);
	struct manifest manifest;
	struct error error;
	bool ok;

	if (services != (form == MANIFEST_FORM_SERVICES))
		return false;
	ok = manifest_parse(&manifest, form, bytes->data, bytes->size, &error);

	manifest_free(&manifest);
	return ok;
}

static bool is_table(const struct blob *bytes)
{
	struct certificate_table table;
	struct error error;

	return certificate_table_parse(&table, bytes, &error) &&
	       (table.vcek.data || table.vlek.data || table.ask.data || table.ark.data);
}

enum file_kind file_kind_guess(const struct blob *bytes)
{
	struct event_log_reader reader;
	struct error error;
	TPMS_ATTEST attest;
	size_t at = 0;

	while (at < bytes->size && memchr(" \t\r\n", bytes->data[at], 4))
		at++;
	if (at < bytes->size && bytes->data[at] == '{')
		return FILE_KIND_BUNDLE;
	if (is_certificates(bytes))
		return FILE_KIND_CERTIFICATES;
	if (is_crl(bytes))
		return FILE_KIND_CRL;
	if (is_manifest(bytes, true))
		return FILE_KIND_MANIFEST_SERVICES;
	if (event_log_open(&reader, bytes, &error))
		return FILE_KIND_EVENT_LOG;
	if (bytes->size <= EVIDENCE_TPM_BLOB_MAX && quote_parse_attest(bytes, &attest, &error) &&
	    attest.magic == TPM2_GENERATED_VALUE)
		return FILE_KIND_QUOTE;
	if (is_manifest(bytes, false))
		return FILE_KIND_MANIFEST_VTPM;
	if (is_table(bytes))
		return FILE_KIND_CERTIFICATE_TABLE;
	return bytes->size == SNP_REPORT_SIZE ? FILE_KIND_REPORT : FILE_KIND_UNKNOWN;
}
