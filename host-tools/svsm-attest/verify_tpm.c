/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages about the vTPM: from the manifest the report vouches for to the PCRs that were quoted. */
#include "event_log.h"
#include "quote.h"
#include "verify.h"

#include <openssl/crypto.h>
#include <string.h>

enum verify_status verify_svsm(struct verify *v, struct error *text)
{
	const struct manifest *manifest = &v->evidence.manifest;

	/* Kind and version are not part of what the report covers, so the policy fixes them. */
	if (!(v->policy->manifest_kinds >> manifest->kind & 1))
		return verify_fail(text, "policy '%s' does not accept a %s manifest", v->policy->name,
				   manifest_kind_name(manifest->kind));
	if (!manifest->has_vtpm)
		return verify_fail(text, "the services manifest lists no vTPM among its %zu services",
				   manifest->service_count);
	if (!(v->policy->manifest_versions >> manifest->vtpm_version & 1))
		return verify_fail(text, "policy '%s' does not accept version %u of the vTPM's manifest",
				   v->policy->name, manifest->vtpm_version);
	return verify_ok(text, "the vTPM service, manifest version %u, with %zu endorsement key%s",
			 manifest->vtpm_version, manifest->ek_count, manifest->ek_count == 1 ? "" : "s");
}

static const struct tpm_public *in_manifest(const struct manifest *manifest, const struct blob *bytes)
{
	for (size_t i = 0; i < manifest->ek_count; i++) {
		if (blob_equal(&manifest->ek[i].bytes, bytes))
			return &manifest->ek[i];
	}
	return NULL;
}

/* Each EK in the evidence is in the manifest, and the one the credential was made for is in the evidence. */
static bool check_eks(const struct verify *v, struct error *error)
{
	const struct evidence *e = &v->evidence;
	bool challenged = false;

	for (size_t i = 0; i < e->ek_count; i++) {
		if (!in_manifest(&e->manifest, &e->ek[i].bytes))
			return error_refuse(error,
					    "EK %zu of the evidence is not in the manifest: it is of another TPM", i);
		challenged |= blob_equal(&e->ek[i].bytes, &v->state->ek);
	}
	return challenged || error_refuse(error, "the EK that the credential was made for is not in the evidence");
}

/* Every EK of the manifest must be one the SVSM made from a template the policy takes. */
static bool check_profiles(const struct verify *v, const char **used, struct error *error)
{
	for (size_t i = 0; i < v->evidence.manifest.ek_count; i++) {
		struct error detail;
		enum tpm_ek_profile profile = tpm_public_ek_profile(&v->evidence.manifest.ek[i], &detail);

		if (profile == TPM_EK_NONE)
			return error_refuse(error, "EK %zu of the manifest: %.500s", i, detail.text);
		if (!(v->policy->ek_profiles >> profile & 1))
			return error_refuse(
				error, "EK %zu of the manifest follows template %s, which policy '%s' does not take", i,
				tpm_ek_profile_name(profile), v->policy->name);
		if (blob_equal(&v->evidence.manifest.ek[i].bytes, &v->state->ek))
			*used = tpm_ek_profile_name(profile);
	}
	return true;
}

enum verify_status verify_keys(struct verify *v, struct error *text)
{
	const struct evidence *e = &v->evidence;
	const char *profile = "";
	struct error detail;

	if (!v->state->has_credential)
		return verify_fail(text, "the state file holds no activation secret: run 'svsm-attest credential' with "
					 "the guest's EK and AK first");
	if (!check_eks(v, text) || !check_profiles(v, &profile, text))
		return VERIFY_FAILED;
	if (!blob_equal(&e->ak.bytes, &v->state->ak))
		return verify_fail(text, "the AK is not the one the credential was made for");
	if (!tpm_public_is_ak(&e->ak, &detail))
		return verify_fail(text, "AK: %.500s", detail.text);
	if (e->recovered.size != STATE_SECRET_SIZE ||
	    CRYPTO_memcmp(e->recovered.data, v->state->secret, STATE_SECRET_SIZE) != 0)
		return verify_fail(text, "the recovered secret is wrong: the AK is not in the TPM that holds the EK");
	return verify_ok(text, "the %s EK is in the manifest; its TPM activated the restricted signing AK", profile);
}

static bool check_values(const struct verify *v, struct error *error)
{
	for (size_t i = 0; i < v->policy->pcr_value_count; i++) {
		const struct evidence_pcr *wanted = &v->policy->pcr_value[i];
		const struct evidence_pcr *quoted = quote_pcr(&v->evidence, wanted->bank, wanted->index);

		if (!quoted || memcmp(quoted->digest, wanted->digest, wanted->size) != 0)
			return error_refuse(error, "PCR %u does not have the value the policy wants", wanted->index);
	}
	return true;
}

enum verify_status verify_quote(struct verify *v, struct error *text)
{
	const struct quote_expectation expected = {
		.nonce = v->state->nonce,
		.nonce_size = STATE_NONCE_SIZE,
		.bank = v->policy->pcr_bank,
		.pcrs = v->policy->pcrs,
	};

	if (!quote_verify(&v->evidence, &expected, text) || !check_values(v, text))
		return VERIFY_FAILED;
	return verify_ok(text, "the AK quoted %zu PCRs for this challenge's nonce; %zu have the policy's values",
			 v->evidence.pcr_count, v->policy->pcr_value_count);
}

enum verify_status verify_event_log(struct verify *v, struct error *text)
{
	const uint32_t explained = v->policy->event_log_pcrs;
	struct event_log_replay replay;

	if (!v->evidence.has_event_log && v->policy->event_log_required)
		return verify_fail(text, "policy '%s' asks for an event log; the evidence has none", v->policy->name);
	if (!v->evidence.has_event_log)
		return verify_skip(text, "the evidence has no event log, and the policy asks for none");
	if (explained == 0)
		return verify_skip(text, "the policy names no PCR that the event log must explain");
	if (!event_log_replay(&v->evidence.event_log, v->policy->pcr_bank, &replay, text))
		return VERIFY_FAILED;
	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const struct evidence_pcr *pcr = quote_pcr(&v->evidence, v->policy->pcr_bank, i);

		if ((explained >> i & 1) && (!pcr || memcmp(pcr->digest, replay.pcr[i], pcr->size) != 0))
			return verify_fail(text, "the event log does not lead to the quoted value of PCR %u", i);
	}
	return verify_ok(text, "%u events lead to the quoted PCR values", replay.events);
}
