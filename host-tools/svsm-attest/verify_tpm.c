/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages about the vTPM: from the manifest the report vouches for to the PCRs that were quoted. */
#include "quote.h"
#include "verify.h"

#include <openssl/crypto.h>
#include <string.h>

static bool vtpm_required(const struct verify *v)
{
	return v->expectation || (v->policy && v->policy->vtpm_required);
}

/* Who asks for what stage svsm and keys look for */
static const char *asker(const struct verify *v)
{
	return v->policy ? v->policy->name : v->expectation ? v->expectation->path : "";
}

/* The evidence says itself that its manifest is of another form: it is not read as if it were not. */
static bool check_label(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	enum manifest_kind kind =
		v->manifest_form == MANIFEST_FORM_SERVICES ? MANIFEST_SERVICES : MANIFEST_SINGLE_SERVICE;
	const char *words = manifest_form_words(v->manifest_form);

	if (verify_manifest_label(v))
		return true;
	findings_check(&v->findings, CHECK_MANIFEST_KIND, e->manifest_kind == kind,
		       "the evidence has a %s manifest; %s is asked for (--form, or the policy's manifest_form)",
		       manifest_kind_name(e->manifest_kind), words);
	findings_check(&v->findings, CHECK_MANIFEST_VERSION, e->manifest_kind != kind,
		       "the evidence has version %u of the manifest; %s is asked for (--form, or the policy's "
		       "manifest_form)",
		       e->manifest_version, words);
	return false;
}

/* The SVSM's word for the store of UEFI variables; a flag that has no name is nothing this policy has judged. */
static void check_uefi_mm(struct verify *v)
{
	const struct policy *policy = v->policy;
	struct svsm_uefi_mm_manifest uefi;
	char names[BIT_NAMES_TEXT_SIZE];
	uint64_t missing, refused;

	if (!policy || !policy->uefi_mm_required ||
	    !findings_check(&v->findings, CHECK_UEFI_MM,
			    manifest_uefi_mm(&v->manifest, v->evidence.manifest.data, &uefi),
			    "policy '%s' asks for a UEFI MM service; the manifest lists none with its %zu bytes",
			    policy->name, sizeof(uefi)))
		return;
	if (!findings_check(&v->findings, CHECK_UEFI_MM, uefi.version == policy->uefi_mm_version,
			    "the UEFI MM manifest has version %u, policy '%s' judges the flags of version %u",
			    uefi.version, policy->name, policy->uefi_mm_version))
		return;
	missing = policy->uefi_mm_require & ~(uint64_t)uefi.flags;
	refused = uefi.flags & (policy->uefi_mm_forbid | ~bit_names_all(manifest_uefi_mm_flags));
	findings_check(&v->findings, CHECK_UEFI_MM, missing == 0, "the UEFI MM service lacks: %s",
		       bit_names_text(manifest_uefi_mm_flags, missing, names));
	findings_check(&v->findings, CHECK_UEFI_MM, refused == 0, "the UEFI MM service has what is not accepted: %s",
		       bit_names_text(manifest_uefi_mm_flags, refused, names));
}

void verify_svsm(struct verify *v)
{
	const struct manifest *manifest = &v->manifest;

	if (!v->evidence.manifest.data && !vtpm_required(v)) {
		verify_skip(v, VERIFY_SVSM, "the evidence has no manifest, and none is asked for");
		return;
	}
	if (v->evidence.manifest.data && !check_label(v))
		return;
	if (v->evidence.manifest.data && !v->has_manifest) {
		verify_skip(v, VERIFY_SVSM, "no readable manifest");
		return;
	}
	if (!findings_check(&v->findings, CHECK_MANIFEST_PRESENT, v->has_manifest,
			    "'%s' asks for an SVSM with a vTPM; the evidence has no manifest", asker(v)))
		return;
	/* Said once: a VMPL that stage parse or policy refuses is not counted again. */
	if (v->has_report && !v->findings.violated[CHECK_REPORT_VMPL] && !v->findings.violated[CHECK_VMPL] &&
	    !v->findings.violated[CHECK_HOST_REQUESTED])
		findings_check(&v->findings, CHECK_MANIFEST_VMPL, v->report.fields.vmpl == 0,
			       "the report is from VMPL %u: only VMPL 0, where the SVSM runs, vouches for a manifest",
			       v->report.fields.vmpl);
	if (!manifest->has_vtpm && !vtpm_required(v)) {
		verify_summary(v, VERIFY_SVSM, "a services manifest with %zu services, no vTPM among them",
			       manifest->service_count);
		return;
	}
	if (!findings_check(&v->findings, CHECK_MANIFEST_VTPM, manifest->has_vtpm,
			    "the services manifest lists no vTPM among its %zu services", manifest->service_count))
		return;
	check_uefi_mm(v);
	if (v->expectation && v->expectation->selector_size > 0)
		verify_summary(v, VERIFY_SVSM, "the vTPM service, the key of %s", v->expectation->path);
	else
		verify_summary(v, VERIFY_SVSM, "the vTPM service: %s with %zu key%s",
			       manifest_form_words(manifest->form), manifest->ek_count,
			       manifest->ek_count == 1 ? "" : "s");
}

static const struct tpm_public *in_manifest(const struct manifest *manifest, const struct blob *bytes)
{
	for (size_t i = 0; i < manifest->ek_count; i++) {
		if (blob_equal(&manifest->ek[i].bytes, bytes))
			return &manifest->ek[i];
	}
	return NULL;
}

/* A key of the manifest is an EK after a template, or a signing key where such a key may vouch for an AK. */
static void check_templates(struct verify *v)
{
	bool signing =
		!v->policy || (v->policy->ak_bindings & (1u << AK_BINDING_CERTIFICATION | 1u << AK_BINDING_MANIFEST));

	for (size_t i = 0; i < v->manifest.ek_count; i++) {
		const struct tpm_public *key = &v->manifest.ek[i];
		struct error error, not_ak;
		enum tpm_ek_profile profile = tpm_public_ek_profile(key, &error);

		if (profile == TPM_EK_NONE) {
			findings_check(&v->findings, CHECK_EK_TEMPLATE, signing && tpm_public_is_ak(key, &not_ak),
				       "EK %zu of the manifest: %.500s", i, error.text);
			continue;
		}
		findings_check(&v->findings, CHECK_EK_TEMPLATE, !v->policy || (v->policy->ek_profiles >> profile & 1),
			       "EK %zu of the manifest follows template %s, which policy '%s' does not take", i,
			       tpm_ek_profile_name(profile), v->policy ? v->policy->name : "");
	}
}

/* Key by key against a list of templates; `whole`: as many keys as templates */
static void check_list(struct verify *v, enum check check, const struct expectation *list, bool whole)
{
	const struct key_template_document *templates = &list->templates;
	struct error error;
	bool ok;

	for (size_t i = 0; i < v->manifest.ek_count; i++) {
		ok = expectation_key(list, i, &v->manifest.ek[i], &error);
		findings_check(&v->findings, check, ok, "%.500s", ok ? "" : error.text);
	}
	for (size_t i = v->manifest.ek_count; whole && i < templates->count; i++)
		findings_check(&v->findings, check, false, "key %zu, '%s' of %s, is missing", i, templates->key[i].name,
			       list->path);
}

/*
 * What the image was built to list. Its first template is that of the default key, which the other forms hold; a key
 * that a selector names is none of the image's.
 */
static void check_reference_keys(struct verify *v)
{
	const struct expectation *keys = v->reference ? v->reference->keys : NULL;

	if (keys && !(v->expectation && v->expectation->selector_size > 0))
		check_list(v, CHECK_KEYS_REFERENCE, keys, v->manifest_form == MANIFEST_FORM_LIST);
}

/* The credential was made for this EK and this AK, and what came out of it is the secret that went in. */
static void check_activation(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	bool challenged = false;

	if (!findings_check(&v->findings, CHECK_AK_ACTIVATED, v->state && v->state->has_credential,
			    "no activation secret to compare with: give --state, after 'svsm-attest activate' with the "
			    "guest's EK and AK"))
		return;
	for (size_t i = 0; i < v->ek_count; i++)
		challenged |= blob_equal(&v->ek[i].bytes, &v->state->ek);
	/* A malformed EK may be the one; stage parse has refused it. */
	findings_check(&v->findings, CHECK_AK_ACTIVATED, challenged || v->ek_count < e->ek_count,
		       "the EK that the credential was made for is not in the evidence");
	findings_check(&v->findings, CHECK_AK_ACTIVATED, blob_equal(&v->ak.bytes, &v->state->ak),
		       "the AK is not the one the credential was made for");
	findings_check(&v->findings, CHECK_AK_ACTIVATED,
		       e->recovered.size == STATE_SECRET_SIZE &&
			       CRYPTO_memcmp(e->recovered.data, v->state->secret, STATE_SECRET_SIZE) == 0,
		       "the recovered secret is wrong: the AK is not in the TPM that holds the EK");
}

/* TPM2_Certify names the AK in what a signing key of the manifest signed, under this nonce. */
static bool certified(struct verify *v, struct error *error)
{
	const struct evidence *e = &v->evidence;
	const TPM2B_NAME *name;
	struct error unused;
	TPMS_ATTEST attest;

	if (!quote_parse_attest(&e->certify_attest, &attest, error))
		return false;
	if (attest.magic != TPM2_GENERATED_VALUE || attest.type != TPM2_ST_ATTEST_CERTIFY)
		return error_refuse(error, "magic %08xh, type %04xh are not those of TPM2_Certify", attest.magic,
				    attest.type);
	if (v->nonce && (attest.extraData.size != EVIDENCE_NONCE_SIZE ||
			 memcmp(attest.extraData.buffer, v->nonce, EVIDENCE_NONCE_SIZE) != 0))
		return error_refuse(error, "its extraData is not this challenge's nonce");
	name = &attest.attested.certify.name;
	if (name->size != v->ak.name_size || memcmp(name->name, v->ak.name, v->ak.name_size) != 0)
		return error_refuse(error, "it names another key than the AK");
	for (size_t i = 0; i < v->manifest.ek_count; i++) {
		const struct tpm_public *key = &v->manifest.ek[i];

		if (tpm_public_is_ak(key, &unused) &&
		    quote_check_signature(key, &e->certify_attest, &e->certify_signature, &unused))
			return true;
	}
	return error_refuse(error, "no signing key of the manifest has signed it");
}

static void check_binding(struct verify *v)
{
	enum ak_binding binding = v->evidence.binding;
	struct error error;
	bool ok;

	if (!findings_check(&v->findings, CHECK_AK_BINDING_METHOD, binding != AK_BINDING_NONE,
			    "nothing shows that the AK is in the TPM that holds the EK (ak_binding is null)"))
		return;
	if (v->policy)
		findings_check(&v->findings, CHECK_AK_BINDING_METHOD, v->policy->ak_bindings >> binding & 1,
			       "policy '%s' does not accept an AK bound by %s", v->policy->name,
			       evidence_binding_name(binding));
	if (binding == AK_BINDING_ACTIVATION) {
		check_activation(v);
	} else if (binding == AK_BINDING_MANIFEST) {
		findings_check(&v->findings, CHECK_AK_IN_MANIFEST, in_manifest(&v->manifest, &v->ak.bytes),
			       "the AK does not stand in the manifest");
	} else {
		ok = certified(v, &error);
		findings_check(&v->findings, CHECK_AK_CERTIFIED, ok, "the AK's certification: %.500s",
			       ok ? "" : error.text);
	}
}

void verify_keys(struct verify *v)
{
	struct error error;
	bool ok;

	if (!v->has_manifest || !v->manifest.has_vtpm) {
		/* A TPM that nothing ties to the report may be anybody's. A manifest that cannot be read is refused
		 * before. */
		if ((v->has_manifest || !v->evidence.manifest.data) &&
		    (v->evidence.ak.data || v->evidence.ek_count > 0))
			findings_check(
				&v->findings, CHECK_EK_IN_MANIFEST, false,
				"the evidence has keys of a TPM, but no manifest of a vTPM that ties them to the "
				"report");
		verify_skip(v, VERIFY_KEYS, "no manifest of a vTPM");
		return;
	}
	/* The relying party's file takes the place of the policy's ek_profiles. */
	if (v->expectation)
		check_list(v, CHECK_KEYS_EXPECTED, v->expectation, true);
	else
		check_templates(v);
	check_reference_keys(v);
	for (size_t i = 0; i < v->ek_count; i++)
		findings_check(&v->findings, CHECK_EK_IN_MANIFEST, in_manifest(&v->manifest, &v->ek[i].bytes),
			       "EK %zu of the evidence is not in the manifest: it is of another TPM", i);
	if (!v->has_ak) {
		if (v->evidence.ak.data)
			return; /* malformed, which stage parse has said */
		findings_check(&v->findings, CHECK_KEYS_PRESENT, !vtpm_required(v),
			       "'%s' asks for a vTPM; the evidence has no attestation key", asker(v));
		verify_summary(v, VERIFY_KEYS, "%zu keys in the manifest; the evidence has no AK",
			       v->manifest.ek_count);
		return;
	}
	ok = tpm_public_is_ak(&v->ak, &error);
	findings_check(&v->findings, CHECK_AK_TEMPLATE, ok, "AK: %.500s", ok ? "" : error.text);
	check_binding(v);
	verify_summary(v, VERIFY_KEYS, "a restricted signing AK, bound to the manifest's keys by %s",
		       evidence_binding_name(v->evidence.binding));
}

/* Several values for one PCR: any of them will do. */
static void check_values(struct verify *v)
{
	const struct policy *policy = v->policy;

	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const struct evidence_pcr *quoted = evidence_pcr(&v->evidence, policy->pcr_bank, i);
		bool asked = false, found = false;

		for (size_t j = 0; j < policy->pcr_value_count; j++) {
			const struct evidence_pcr *wanted = &policy->pcr_value[j];

			if (wanted->index != i)
				continue;
			asked = true;
			found |= quoted && memcmp(quoted->digest, wanted->digest, wanted->size) == 0;
		}
		if (asked)
			findings_check(&v->findings, CHECK_PCR_VALUE, found,
				       "PCR %u does not have the value the policy wants", i);
	}
}

void verify_quote(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	bool required = v->policy && v->policy->quote_required;
	const struct quote_expectation expected = {
		.nonce = v->nonce,
		.any_selection = !required,
		.bank = required ? v->policy->pcr_bank : TPM2_ALG_SHA256,
		.pcrs = required ? v->policy->pcrs : 0,
	};
	struct error unused;

	if (!e->quote_attest.data && !required) {
		verify_skip(v, VERIFY_QUOTE, "the evidence has no quote, and none is asked for");
		return;
	}
	if (!findings_check(&v->findings, CHECK_QUOTE_PRESENT, e->quote_attest.data,
			    "policy '%s' asks for a quote; the evidence has none", v->policy ? v->policy->name : ""))
		return;
	if (!v->has_ak || !tpm_public_is_ak(&v->ak, &unused)) {
		verify_skip(v, VERIFY_QUOTE, "no attestation key to check the quote with");
		return;
	}
	quote_check(e, &v->ak, &expected, &v->findings);
	if (required)
		check_values(v);
	verify_summary(v, VERIFY_QUOTE, "the AK quoted %zu PCRs%s; the policy wants %zu values", e->pcr_count,
		       v->nonce ? " for this challenge's nonce" : "", required ? v->policy->pcr_value_count : 0);
}
