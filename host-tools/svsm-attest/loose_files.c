/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "loose_files.h"

#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_FILE_MAX 1048576u
#define TABLE_FILE_MAX 65536u
#define PCR_FILE_MAX 65536u

bool loose_files_take(struct loose_files *files, int option, const char *argument)
{
	switch (option) {
	case LOOSE_FILES_OPTION_REPORT:
		files->report = argument;
		return true;
	case LOOSE_FILES_OPTION_CERTS:
		files->certificates = argument;
		return true;
	case LOOSE_FILES_OPTION_MANIFEST:
		files->manifest = argument;
		return true;
	case LOOSE_FILES_OPTION_EK:
		files->too_many_eks = files->ek_count >= MANIFEST_EKS_MAX;
		if (!files->too_many_eks)
			files->ek[files->ek_count++] = argument;
		return true;
	case LOOSE_FILES_OPTION_AK:
		files->ak = argument;
		return true;
	case LOOSE_FILES_OPTION_RECOVERED:
		files->recovered = argument;
		return true;
	case LOOSE_FILES_OPTION_CERTIFY:
		files->certify = argument;
		return true;
	case LOOSE_FILES_OPTION_CERTIFY_SIGNATURE:
		files->certify_signature = argument;
		return true;
	case LOOSE_FILES_OPTION_QUOTE:
		files->quote = argument;
		return true;
	case LOOSE_FILES_OPTION_QUOTE_SIGNATURE:
		files->quote_signature = argument;
		return true;
	case LOOSE_FILES_OPTION_PCR_VALUES:
		files->pcr_values = argument;
		return true;
	case LOOSE_FILES_OPTION_EVENT_LOG:
		files->event_log = argument;
		return true;
	default:
		return false;
	}
}

bool loose_files_any(const struct loose_files *f)
{
	return f->report || f->certificates || f->manifest || f->ek_count > 0 || f->ak || f->recovered || f->certify ||
	       f->certify_signature || f->quote || f->quote_signature || f->pcr_values || f->event_log;
}

const char *loose_files_problem(const struct loose_files *f)
{
	if ((f->quote || f->quote_signature || f->pcr_values) && !f->ak)
		return "a quote needs --ak";
	if ((f->quote || f->quote_signature || f->pcr_values) && !(f->quote && f->quote_signature && f->pcr_values))
		return "--quote, --quote-signature and --pcr-values go together";
	if (f->recovered && !(f->ek_count > 0 && f->ak))
		return "--recovered needs --ek and --ak";
	if ((f->certify || f->certify_signature) && !(f->certify && f->certify_signature && f->ak))
		return "--certify, --certify-signature and --ak go together";
	if (f->certify && f->recovered)
		return "an AK is bound in one way: by --recovered or by --certify";
	if (f->too_many_eks)
		return "more --ek than a manifest can list";
	return NULL;
}

static bool read_part(const char *path, size_t max, struct blob *out, struct error *error)
{
	return !path || file_read(path, max, out, error);
}

/* tpm2-tools write a TPM2B_PUBLIC: its size stands in front of the TPMT_PUBLIC, whose first field is an algorithm. */
static bool read_key(const char *path, struct blob *out, struct error *error)
{
	if (!path)
		return true;
	if (!file_read(path, TPM_PUBLIC_MAX + 2, out, error))
		return false;
	if (out->size > 2 && (size_t)(out->data[0] << 8 | out->data[1]) == out->size - 2) {
		memmove(out->data, out->data + 2, out->size - 2);
		out->size -= 2;
	}
	return true;
}

static bool read_eks(const struct loose_files *files, struct evidence *out, struct error *error)
{
	while (out->ek_count < files->ek_count) {
		if (!read_key(files->ek[out->ek_count], &out->ek[out->ek_count], error))
			return false;
		out->ek_count++;
	}
	return true;
}

static bool add_value(const char *line, struct evidence *out, struct error *error)
{
	struct evidence_pcr *pcr = &out->pcr[out->pcr_count];
	char bank[8], digest[129];
	unsigned int index;

	if (out->pcr_count >= EVIDENCE_PCRS_MAX || sscanf(line, "%7s %2u %128s", bank, &index, digest) != 3)
		return error_refuse(error, "PCR values: '%.60s' is not like 'sha256 7 HEX'", line);
	*pcr = (struct evidence_pcr){.bank = evidence_bank(bank), .index = index};
	pcr->size = evidence_bank_size(pcr->bank);
	if (pcr->bank == 0 || index >= EVIDENCE_PCR_COUNT || !blob_hex_exact(pcr->digest, pcr->size, digest) ||
	    evidence_pcr(out, pcr->bank, index))
		return error_refuse(error, "PCR values: '%.60s' is not like 'sha256 7 HEX', or is there twice", line);
	out->pcr_count++;
	return true;
}

bool loose_files_pcr_values(char *text, struct evidence *out, struct error *error)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		if (!add_value(line, out, error))
			return false;
	}
	return true;
}

static bool read_values(const char *path, struct evidence *out, struct error *error)
{
	struct blob file;
	char *text;
	bool ok;

	if (!path)
		return true;
	if (!file_read(path, PCR_FILE_MAX, &file, error))
		return false;
	text = strndup((const char *)file.data, file.size);
	ok = text ? loose_files_pcr_values(text, out, error) : error_resources(error, "read PCR values");
	free(text);
	blob_free(&file);
	return ok;
}

bool loose_files_read(const struct loose_files *files, struct evidence *out, struct error *error)
{
	bool ok;

	memset(out, 0, sizeof(*out));
	out->is_files = true;
	snprintf(out->collector, sizeof(out->collector), "separate files");
	ok = read_part(files->report, REPORT_FILE_MAX, &out->report, error) &&
	     read_part(files->certificates, TABLE_FILE_MAX, &out->certificates, error) &&
	     read_part(files->manifest, MANIFEST_MAX, &out->manifest, error) && read_eks(files, out, error) &&
	     read_key(files->ak, &out->ak, error) &&
	     read_part(files->recovered, EVIDENCE_TPM_BLOB_MAX, &out->recovered, error) &&
	     read_part(files->certify, EVIDENCE_TPM_BLOB_MAX, &out->certify_attest, error) &&
	     read_part(files->certify_signature, EVIDENCE_TPM_BLOB_MAX, &out->certify_signature, error) &&
	     read_part(files->quote, EVIDENCE_TPM_BLOB_MAX, &out->quote_attest, error) &&
	     read_part(files->quote_signature, EVIDENCE_TPM_BLOB_MAX, &out->quote_signature, error) &&
	     read_values(files->pcr_values, out, error) &&
	     read_part(files->event_log, EVIDENCE_LOG_MAX, &out->event_log, error);
	out->has_event_log = files->event_log != NULL;
	if (files->ak)
		out->binding = files->recovered ? AK_BINDING_ACTIVATION
			       : files->certify ? AK_BINDING_CERTIFICATION
						: AK_BINDING_MANIFEST;
	return ok;
}
