/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "show.h"

#include "certificate_table.h"
#include "quote.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void show_line(FILE *out, const char *name, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	error_printable(text);
	fprintf(out, "  %-22s%s\n", name, text);
}

void show_hex(FILE *out, const char *name, const void *data, size_t size)
{
	char *text = blob_hex(data, size);

	show_line(out, name, "%s", text ? text : "(no memory)");
	free(text);
}

static void show_selection(const TPML_PCR_SELECTION *list, FILE *out)
{
	for (UINT32 i = 0; i < list->count && i < TPM2_NUM_PCR_BANKS; i++) {
		const TPMS_PCR_SELECTION *one = &list->pcrSelections[i];
		char text[160] = "";
		size_t length = 0;

		for (unsigned int pcr = 0; pcr < 8u * one->sizeofSelect && pcr < 32; pcr++) {
			if (one->pcrSelect[pcr / 8] >> pcr % 8 & 1)
				length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u",
							   length ? " " : "", pcr);
		}
		show_line(out, "PCRs", "%s of bank %04xh", text, one->hash);
	}
}

static bool show_quote(const struct blob *bytes, FILE *out, struct error *error)
{
	TPMS_ATTEST attest;

	if (!quote_parse_attest(bytes, &attest, error))
		return false;
	fprintf(out, "TPMS_ATTEST, %zu bytes\n", bytes->size);
	show_line(out, "magic", "%08xh%s", attest.magic,
		  attest.magic == TPM2_GENERATED_VALUE ? "" : " (no TPM generated this)");
	show_line(out, "type", "%04xh%s", attest.type,
		  attest.type == TPM2_ST_ATTEST_QUOTE	  ? " (quote)"
		  : attest.type == TPM2_ST_ATTEST_CERTIFY ? " (certification)"
							  : "");
	show_hex(out, "extra data", attest.extraData.buffer, attest.extraData.size);
	show_hex(out, "qualified signer", attest.qualifiedSigner.name, attest.qualifiedSigner.size);
	show_line(out, "clock, resets", "%llu ms, %u resets, %u restarts", (unsigned long long)attest.clockInfo.clock,
		  attest.clockInfo.resetCount, attest.clockInfo.restartCount);
	if (attest.type == TPM2_ST_ATTEST_QUOTE) {
		show_selection(&attest.attested.quote.pcrSelect, out);
		show_hex(out, "PCR digest", attest.attested.quote.pcrDigest.buffer,
			 attest.attested.quote.pcrDigest.size);
	}
	if (attest.type == TPM2_ST_ATTEST_CERTIFY)
		show_hex(out, "certified name", attest.attested.certify.name.name, attest.attested.certify.name.size);
	return true;
}

static bool show_table(const struct blob *bytes, FILE *out, struct error *error)
{
	struct certificate_table table;
	struct error unused;

	if (!certificate_table_parse(&table, bytes, error))
		return false;
	const struct {
		const char *name;
		const struct blob *blob;
	} parts[] = {{"VCEK", &table.vcek}, {"VLEK", &table.vlek}, {"ASK or ASVK", &table.ask}, {"ARK", &table.ark}};

	fprintf(out, "certificate table of a host, %zu bytes\n", bytes->size);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].blob->data)
			continue;
		fprintf(out, "%s, %zu bytes\n", parts[i].name, parts[i].blob->size);
		if (!show_certificates(parts[i].blob, out, &unused))
			show_line(out, "unreadable", "%s", unused.text);
	}
	return true;
}

static void show_part(enum file_kind kind, const char *name, const struct blob *bytes, FILE *out)
{
	struct error error;

	if (bytes->data && !show(kind, name, bytes, out, &error))
		fprintf(out, "%s: %s\n", name, error.text);
}

static void show_public(const char *name, const struct blob *bytes, FILE *out)
{
	struct tpm_public key;
	struct error error;

	if (!bytes->data)
		return;
	if (tpm_public_parse(&key, name, bytes->data, bytes->size, &error))
		show_key(&key, name, out);
	else
		fprintf(out, "%s\n", error.text);
	tpm_public_free(&key);
}

static void show_selector(const struct evidence *e, FILE *out)
{
	if (e->has_selector)
		show_hex(out, "manifest selector", e->selector.data, e->selector.size);
}

static bool show_bundle(const char *name, const struct blob *bytes, FILE *out, struct error *error)
{
	struct evidence e;
	bool ok = evidence_parse(&e, name, bytes, error);

	if (ok) {
		fprintf(out, "evidence bundle of '%s'\n", e.collector);
		show_hex(out, "nonce", e.nonce.data, e.nonce.size);
		show_line(out, "AK bound by", "%s", evidence_binding_name(e.binding));
		for (size_t i = 0; i < e.pcr_count; i++) {
			char title[32];

			snprintf(title, sizeof(title), "PCR %u %s", e.pcr[i].index, evidence_bank_name(e.pcr[i].bank));
			show_hex(out, title, e.pcr[i].digest, e.pcr[i].size);
		}
		show_part(FILE_KIND_REPORT, "report", &e.report, out);
		show_part(FILE_KIND_CERTIFICATE_TABLE, "certificates", &e.certificates, out);
		show_part(e.manifest_kind == MANIFEST_SERVICES ? FILE_KIND_MANIFEST_SERVICES : FILE_KIND_MANIFEST_VTPM,
			  "manifest", &e.manifest, out);
		show_selector(&e, out);
		for (size_t i = 0; i < e.ek_count; i++)
			show_public("endorsement key", &e.ek[i], out);
		show_public("attestation key", &e.ak, out);
		show_part(FILE_KIND_QUOTE, "quote", &e.quote_attest, out);
		if (e.has_event_log)
			show_part(FILE_KIND_EVENT_LOG, "event log", &e.event_log, out);
	}
	evidence_free(&e);
	return ok;
}

/* Printing decides nothing, so the bytes may say which version they are. */
static enum manifest_form vtpm_form(const struct blob *bytes)
{
	return manifest_form_guess(bytes) == MANIFEST_FORM_LIST ? MANIFEST_FORM_LIST : MANIFEST_FORM_KEY;
}

bool show(enum file_kind kind, const char *name, const struct blob *bytes, FILE *out, struct error *error)
{
	switch (kind) {
	case FILE_KIND_BUNDLE:
		return show_bundle(name, bytes, out, error);
	case FILE_KIND_REPORT:
		return show_report(bytes, out, error);
	case FILE_KIND_CERTIFICATES:
		return show_certificates(bytes, out, error);
	case FILE_KIND_CRL:
		return show_crl(bytes, out, error);
	case FILE_KIND_CERTIFICATE_TABLE:
		return show_table(bytes, out, error);
	case FILE_KIND_MANIFEST_SERVICES:
		return show_manifest(bytes, MANIFEST_FORM_SERVICES, out, error);
	case FILE_KIND_MANIFEST_VTPM:
		return show_manifest(bytes, vtpm_form(bytes), out, error);
	case FILE_KIND_QUOTE:
		return show_quote(bytes, out, error);
	case FILE_KIND_EVENT_LOG:
		return show_event_log(bytes, out, error);
	default:
		return error_refuse(error, "%s: nothing this program knows; --as names a kind", name);
	}
}
