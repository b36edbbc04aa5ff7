/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "collect.h"

#include "file.h"
#include "tpm_client.h"
#include "tsm.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool take_report(const struct collect_request *request, struct evidence *out, FILE *notes, struct error *error)
{
	struct tsm_request ask = {
		.root = request->tsm_root,
		.no_svsm = request->no_svsm,
		.services = request->services,
		.version = request->manifest_version,
	};
	struct tsm_answer answer;
	bool ok;

	memcpy(ask.nonce, request->nonce, sizeof(ask.nonce));
	ok = tsm_collect(&ask, &answer, error);
	if (!ok) {
		tsm_answer_free(&answer);
		return false;
	}
	out->report = answer.report;
	out->certificates = answer.certificates;
	out->manifest = answer.manifest;
	out->manifest_kind = request->services ? MANIFEST_SERVICES : MANIFEST_SINGLE_SERVICE;
	out->manifest_version = request->services ? 0 : request->manifest_version;
	if (out->certificates.size == 0)
		blob_free(&out->certificates);
	if (!answer.has_svsm)
		fputs("note: no SVSM manifest: the kernel offers none, so REPORT_DATA is the nonce itself\n", notes);
	return true;
}

static bool get_ak(struct tpm_client *tpm, const struct collect_request *request, struct blob *out, struct error *error)
{
	return request->ak_handle ? tpm_client_load_ak(tpm, request->ak_handle, out, error)
				  : tpm_client_make_ak(tpm, out, error);
}

/* Does the AK stand in the manifest itself? */
static bool in_manifest(const struct evidence *e)
{
	struct manifest manifest;
	enum manifest_form form;
	struct error unused;
	bool found = false;

	if (!e->manifest.data || !manifest_form_of(e->manifest_kind, e->manifest_version, &form))
		return false;
	if (manifest_parse(&manifest, form, e->manifest.data, e->manifest.size, &unused)) {
		for (size_t i = 0; i < manifest.ek_count; i++)
			found |= blob_equal(&manifest.ek[i].bytes, &e->ak);
	}
	manifest_free(&manifest);
	return found;
}

static bool bind_ak(struct tpm_client *tpm, const struct collect_request *request, struct evidence *out, FILE *notes,
		    struct error *error)
{
	if (request->certify_with) {
		out->binding = AK_BINDING_CERTIFICATION;
		return tpm_client_certify(tpm, request->certify_with, request->nonce, &out->certify_attest,
					  &out->certify_signature, error);
	}
	if (request->credential.data) {
		out->binding = AK_BINDING_ACTIVATION;
		if (!blob_copy(&out->credential, request->credential.data, request->credential.size) ||
		    !blob_copy(&out->secret, request->secret.data, request->secret.size))
			return error_resources(error, "keep the credential");
		return tpm_client_activate(tpm, &out->credential, &out->secret, &out->recovered, error);
	}
	if (in_manifest(out))
		out->binding = AK_BINDING_MANIFEST;
	else
		fputs("note: nothing ties the AK to the EK: give --credential, from the relying party's 'activate'\n",
		      notes);
	return true;
}

static bool take_tpm(const struct collect_request *request, struct evidence *out, FILE *notes, struct error *error)
{
	struct tpm_client tpm;
	bool ok;

	if (request->no_tpm)
		return true;
	if (!request->tcti && access("/dev/tpmrm0", F_OK) != 0) {
		fputs("note: no TPM: there is no /dev/tpmrm0\n", notes);
		return true;
	}
	ok = tpm_client_open(&tpm, request->tcti, error) && tpm_client_make_ek(&tpm, request->ek, &out->ek[0], error);
	out->ek_count = out->ek[0].data ? 1 : 0;
	ok = ok && get_ak(&tpm, request, &out->ak, error) && bind_ak(&tpm, request, out, notes, error) &&
	     tpm_client_quote(&tpm, request->nonce, request->bank, request->pcrs, out, error);
	tpm_client_close(&tpm);
	return ok;
}

static bool take_event_log(const struct collect_request *request, struct evidence *out, FILE *notes,
			   struct error *error)
{
	const char *path = request->event_log ? request->event_log : COLLECT_EVENT_LOG;

	if (strcmp(path, "none") == 0 || request->no_tpm)
		return true;
	if (!request->event_log && access(path, R_OK) != 0) {
		fputs("note: no event log\n", notes);
		return true;
	}
	out->has_event_log = true;
	return file_read(path, EVIDENCE_LOG_MAX, &out->event_log, error);
}

bool collect(const struct collect_request *request, struct evidence *out, FILE *notes, struct error *error)
{
	struct utsname system;

	memset(out, 0, sizeof(*out));
	snprintf(out->collector, sizeof(out->collector), "svsm-attest on %.20s %.24s",
		 uname(&system) == 0 ? system.sysname : "?", uname(&system) == 0 ? system.release : "?");
	if (!blob_copy(&out->nonce, request->nonce, sizeof(request->nonce)))
		return error_resources(error, "keep the nonce");
	return take_report(request, out, notes, error) && take_tpm(request, out, notes, error) &&
	       take_event_log(request, out, notes, error);
}

bool collect_keys(const struct collect_request *request, struct blob *ek, struct blob *ak, struct error *error)
{
	struct tpm_client tpm;
	bool ok;

	*ek = *ak = (struct blob){NULL, 0};
	ok = tpm_client_open(&tpm, request->tcti, error) && tpm_client_make_ek(&tpm, request->ek, ek, error) &&
	     get_ak(&tpm, request, ak, error);
	tpm_client_close(&tpm);
	return ok;
}
