/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* collect, from challenge to verdict: the report from a fake of configfs-tsm, the TPM is swtpm. */
#include "collect.h"
#include "evidence_json.h"
#include "fake_tpm.h"
#include "fake_tsm.h"
#include "fixture_certs.h"
#include "loose_files.h"
#include "tpm_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tss2/tss2_mu.h>
#include <unistd.h>

struct guest {
	struct scene scene; /* for its certificates, policy and reference */
	struct fake_tsm tsm;
	struct collect_request request;
	FILE *notes;
	char *noted;
	size_t noted_size;
	struct evidence evidence;
	struct blob bundle;
};

static void open_guest(struct guest *guest)
{
	struct blob ak;
	struct error error;

	memset(guest, 0, sizeof(*guest));
	scene_open(&guest->scene);
	scene_build(&guest->scene);
	guest->tsm = (struct fake_tsm){.provider = "sev_guest", .report = guest->scene.report};
	snprintf(guest->tsm.root, sizeof(guest->tsm.root), "/tmp/svsm-attest-tsm.XXXXXX");
	assert_non_null(mkdtemp(guest->tsm.root));
	guest->request = (struct collect_request){
		.tsm_root = guest->tsm.root,
		.tcti = fake_tpm_tcti(),
		.ek = TPM_EK_L1,
		.bank = TPM2_ALG_SHA256,
		.pcrs = 0x3ff,
		.event_log = "none",
	};
	memcpy(guest->request.nonce, guest->scene.state.nonce, 64);
	if (!collect_keys(&guest->request, &guest->tsm.manifest, &ak, &error))
		fail_msg("%s", error.text);
	blob_free(&ak);
	guest->notes = open_memstream(&guest->noted, &guest->noted_size);
	fake_tsm_use(&guest->tsm);
}

static void close_guest(struct guest *guest)
{
	assert_int_equal(guest->tsm.entries, 0);
	fake_tsm_use(NULL);
	assert_int_equal(rmdir(guest->tsm.root), 0);
	evidence_free(&guest->evidence);
	blob_free(&guest->bundle);
	blob_free(&guest->tsm.manifest);
	blob_free(&guest->request.credential);
	blob_free(&guest->request.secret);
	fclose(guest->notes);
	free(guest->noted);
	scene_close(&guest->scene);
}

static void challenge(struct guest *guest)
{
	struct tpm_public ek, ak;
	struct credential credential;
	struct state *state = &guest->scene.state;
	struct error error;

	blob_free(&state->ek);
	blob_free(&state->ak);
	if (!collect_keys(&guest->request, &state->ek, &state->ak, &error))
		fail_msg("%s", error.text);
	assert_true(tpm_public_parse(&ek, "ek", state->ek.data, state->ek.size, &error));
	assert_true(tpm_public_parse(&ak, "ak", state->ak.data, state->ak.size, &error));
	assert_true(credential_make(&ek, &ak, state->secret, STATE_SECRET_SIZE, &credential, &error));
	state->has_credential = true;
	guest->request.credential = credential.id_object;
	guest->request.secret = credential.encrypted_secret;
	tpm_public_free(&ek);
	tpm_public_free(&ak);
}

/* Judges what stands in `verify` already: a bundle, or evidence. */
static int judge_verify(struct guest *guest, struct verify *verify, bool with_policy)
{
	struct certificate_list roots;
	int code;

	assert_true(certificate_list_parse(&roots, &guest->scene.root_pem));
	verify->name = "bundle";
	verify->state = &guest->scene.state;
	verify->nonce = guest->scene.state.nonce;
	verify->policy = with_policy ? &guest->scene.policy : NULL;
	verify->reference = &guest->scene.reference;
	verify->test_roots = &roots;
	verify->certs = &guest->scene.certs;
	verify->now = time(NULL);
	verify_run(verify);
	code = verify_exit_code(verify);
	if (code != 0)
		verify_print(verify, false, stdout);
	verify_free(verify);
	free(verify);
	certificate_list_free(&roots);
	return code;
}

/* Collects, writes the bundle and judges it; exit code */
static int judge(struct guest *guest, bool with_policy)
{
	struct verify *verify = calloc(1, sizeof(*verify));
	struct error error;
	json_t *bundle;
	char *text;

	if (!collect(&guest->request, &guest->evidence, guest->notes, &error))
		fail_msg("%s", error.text);
	fflush(guest->notes);
	bundle = evidence_json(&guest->evidence);
	text = json_dumps(bundle, 0);
	json_decref(bundle);
	assert_true(text && blob_copy(&guest->bundle, text, strlen(text)));
	free(text);
	verify->bundle = &guest->bundle;
	return judge_verify(guest, verify, with_policy);
}

static void keep(const struct guest *guest, const char *name, const struct blob *bytes, char path[128])
{
	scene_file(&guest->scene, name, bytes->data, bytes->size);
	scene_path(&guest->scene, name, path);
}

/* The same evidence in separate files, as tpm2-tools and configfs-tsm leave it */
static void separate_files(void **unused)
{
	char report[128], manifest[128], ek[128], ak[128], recovered[128], quote[128], signature[128], values[128];
	struct verify *verify = calloc(1, sizeof(*verify));
	char text[4096] = "", sized[1024];
	struct blob lines = {(uint8_t *)text, 0}, public = {(uint8_t *)sized, 0};
	struct loose_files files = {.report = report,
				    .manifest = manifest,
				    .ek = {ek},
				    .ek_count = 1,
				    .ak = ak,
				    .recovered = recovered,
				    .quote = quote,
				    .quote_signature = signature,
				    .pcr_values = values};
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	challenge(&guest);
	assert_true(collect(&guest.request, &guest.evidence, guest.notes, &error));
	for (size_t i = 0; i < guest.evidence.pcr_count; i++) {
		char *hex = blob_hex(guest.evidence.pcr[i].digest, 32);

		lines.size += (size_t)sprintf(text + lines.size, "sha256 %u %s\n", guest.evidence.pcr[i].index, hex);
		free(hex);
	}
	/* The AK as a TPM2B_PUBLIC */
	sized[0] = (char)(guest.evidence.ak.size >> 8);
	sized[1] = (char)guest.evidence.ak.size;
	memcpy(sized + 2, guest.evidence.ak.data, guest.evidence.ak.size);
	public.size = guest.evidence.ak.size + 2;
	keep(&guest, "report", &guest.evidence.report, report);
	keep(&guest, "manifest", &guest.evidence.manifest, manifest);
	keep(&guest, "ek", &guest.evidence.ek[0], ek);
	keep(&guest, "ak", &public, ak);
	keep(&guest, "recovered", &guest.evidence.recovered, recovered);
	keep(&guest, "quote", &guest.evidence.quote_attest, quote);
	keep(&guest, "signature", &guest.evidence.quote_signature, signature);
	keep(&guest, "values", &lines, values);
	assert_null(loose_files_problem(&files));
	if (!loose_files_read(&files, &verify->evidence, &error))
		fail_msg("%s", error.text);
	assert_int_equal(judge_verify(&guest, verify, true), 0);
	/* Values that are none */
	strcpy(text, "sha256 24 00\n");
	verify = calloc(1, sizeof(*verify));
	assert_false(loose_files_pcr_values(text, &verify->evidence, &error));
	free(verify);
	files.quote_signature = NULL;
	assert_non_null(loose_files_problem(&files));
	for (const char *const *path =
		     (const char *const[]){report, manifest, ek, ak, recovered, quote, signature, values, NULL};
	     *path; path++)
		unlink(*path);
	close_guest(&guest);
}

static void whole_way(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	challenge(&guest);
	assert_int_equal(judge(&guest, true), 0);
	assert_string_equal(guest.tsm.service_guid, "c476f1eb-0123-45a5-9641-b4e7dde5bfe3");
	assert_string_equal(guest.tsm.service_manifest_version, "0");
	assert_int_equal(guest.evidence.pcr_count, 10);
	close_guest(&guest);
}

static void ecc_endorsement_key(void **unused)
{
	struct guest guest;
	struct blob ak;
	struct error error;

	(void)unused;
	open_guest(&guest);
	guest.request.ek = TPM_EK_L2;
	blob_free(&guest.tsm.manifest);
	assert_true(collect_keys(&guest.request, &guest.tsm.manifest, &ak, &error));
	blob_free(&ak);
	guest.scene.policy.ek_profiles = 1u << TPM_EK_L2;
	challenge(&guest);
	assert_int_equal(judge(&guest, true), 0);
	close_guest(&guest);
}

#define SIGNING_HANDLE 0x81010005u

/* A signing key at a persistent handle of the TPM, as an SVSM may list one; its public area */
static struct blob make_signing_key(void)
{
	static const TPM2B_SENSITIVE_CREATE sensitive = {.size = 0};
	static const TPM2B_DATA outside = {.size = 0};
	static const TPML_PCR_SELECTION creation = {.count = 0};
	TPM2B_PUBLIC template = {.size = 0}, *public = NULL;
	ESYS_TR key = ESYS_TR_NONE, kept = ESYS_TR_NONE;
	struct blob area = fixture_ak(fixture_keys()->ak_ecc, NULL), out;
	uint8_t bytes[sizeof(TPMT_PUBLIC)];
	struct tpm_client client;
	struct error error;
	size_t used = 0;

	assert_int_equal(Tss2_MU_TPMT_PUBLIC_Unmarshal(area.data, area.size, &used, &template.publicArea), 0);
	blob_free(&area);
	template.publicArea.unique.ecc.x.size = template.publicArea.unique.ecc.y.size = 0;
	assert_true(tpm_client_open(&client, fake_tpm_tcti(), &error));
	assert_int_equal(Esys_CreatePrimary(client.esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
					    &sensitive, &template, &outside, &creation, &key, &public, NULL, NULL,
					    NULL),
			 0);
	used = 0;
	assert_int_equal(Tss2_MU_TPMT_PUBLIC_Marshal(&public->publicArea, bytes, sizeof(bytes), &used), 0);
	assert_true(blob_copy(&out, bytes, used));
	assert_int_equal(Esys_EvictControl(client.esys, ESYS_TR_RH_OWNER, key, ESYS_TR_PASSWORD, ESYS_TR_NONE,
					   ESYS_TR_NONE, SIGNING_HANDLE, &kept),
			 0);
	Esys_Free(public);
	Esys_TR_Close(client.esys, &kept);
	Esys_FlushContext(client.esys, key);
	tpm_client_close(&client);
	return out;
}

static void remove_signing_key(void)
{
	struct tpm_client client;
	struct error error;
	ESYS_TR key, gone;

	assert_true(tpm_client_open(&client, fake_tpm_tcti(), &error));
	assert_int_equal(
		Esys_TR_FromTPMPublic(client.esys, SIGNING_HANDLE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &key), 0);
	assert_int_equal(Esys_EvictControl(client.esys, ESYS_TR_RH_OWNER, key, ESYS_TR_PASSWORD, ESYS_TR_NONE,
					   ESYS_TR_NONE, SIGNING_HANDLE, &gone),
			 0);
	tpm_client_close(&client);
}

static void put_number(struct blob *out, uint32_t value, size_t size)
{
	for (size_t i = size; i > 0; i--)
		out->data[out->size++] = (uint8_t)(value >> 8 * (i - 1));
}

/* Version 1 of the manifest: the EK, and the signing key */
static void list_both(struct guest *guest, const struct blob *signing)
{
	struct blob list = {malloc(4096), 0};
	const struct blob *const keys[] = {&guest->tsm.manifest, signing};

	assert_non_null(list.data);
	put_number(&list, 1, 4);
	put_number(&list, 2, 4);
	for (size_t i = 0; i < 2; i++) {
		put_number(&list, (uint32_t)keys[i]->size, 2);
		memcpy(list.data + list.size, keys[i]->data, keys[i]->size);
		list.size += keys[i]->size;
	}
	blob_free(&guest->tsm.manifest);
	guest->tsm.manifest = list;
	guest->request.manifest_version = 1;
	guest->scene.policy.manifest_form = MANIFEST_FORM_LIST;
}

/* The other two ways to bind an AK, with keys of a real TPM implementation */
static void certified_and_listed(void **unused)
{
	struct guest guest;
	struct blob signing;

	(void)unused;
	open_guest(&guest);
	signing = make_signing_key();
	list_both(&guest, &signing);
	guest.request.certify_with = SIGNING_HANDLE;
	assert_int_equal(judge(&guest, true), 0);
	assert_int_equal(guest.evidence.binding, AK_BINDING_CERTIFICATION);
	assert_string_equal(guest.tsm.service_manifest_version, "1");
	evidence_free(&guest.evidence);
	blob_free(&guest.bundle);
	guest.request.certify_with = 0;
	guest.request.ak_handle = SIGNING_HANDLE;
	assert_int_equal(judge(&guest, true), 0);
	assert_int_equal(guest.evidence.binding, AK_BINDING_MANIFEST);
	remove_signing_key();
	blob_free(&signing);
	close_guest(&guest);
}

static void without_credential(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	assert_int_equal(judge(&guest, true), 18);
	assert_non_null(strstr(guest.noted, "nothing ties the AK to the EK"));
	close_guest(&guest);
}

static void without_svsm(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	guest.tsm.no_svsm = true;
	guest.request.no_tpm = true;
	assert_int_equal(judge(&guest, false), 0);
	assert_null(guest.evidence.manifest.data);
	assert_non_null(strstr(guest.noted, "no SVSM manifest"));
	assert_memory_equal(guest.evidence.report.data + 0x50, guest.request.nonce, 64);
	close_guest(&guest);
}

/* The guest's own report at VMPL2, where there is an SVSM that it does not ask: its key is not good for VMPL 0. */
static void own_report(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	guest.tsm.floor = 2;
	guest.request.no_svsm = guest.request.no_tpm = true;
	assert_int_equal(judge(&guest, false), 0);
	assert_null(guest.evidence.manifest.data);
	assert_memory_equal(guest.evidence.report.data + 0x50, guest.request.nonce, 64);
	close_guest(&guest);
}

/* A TPM that no manifest ties to the report is no evidence. */
static void tpm_without_svsm(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	guest.tsm.no_svsm = true;
	assert_int_equal(judge(&guest, false), 18);
	close_guest(&guest);
}

static void without_tpm(void **unused)
{
	struct guest guest;

	(void)unused;
	open_guest(&guest);
	guest.request.no_tpm = true;
	assert_int_equal(judge(&guest, false), 0);
	assert_non_null(guest.evidence.manifest.data);
	assert_null(guest.evidence.ak.data);
	evidence_free(&guest.evidence);
	blob_free(&guest.bundle);
	assert_int_equal(judge(&guest, true), 18);
	close_guest(&guest);
}

static void disturbed_entry(void **unused)
{
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	challenge(&guest);
	guest.tsm.disturbances = 1;
	assert_int_equal(judge(&guest, true), 0);
	evidence_free(&guest.evidence);
	guest.tsm.disturbances = 1000;
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	assert_non_null(strstr(error.text, "somebody else"));
	close_guest(&guest);
}

static void other_provider(void **unused)
{
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	guest.tsm.provider = "tdx_guest";
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	assert_non_null(strstr(error.text, "tdx_guest"));
	close_guest(&guest);
}

static void refused_by_host(void **unused)
{
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	guest.tsm.refused = true;
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	assert_non_null(strstr(error.text, "gives no report"));
	assert_int_equal(guest.tsm.entries, 0);
	close_guest(&guest);
}

static void no_configfs(void **unused)
{
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	guest.request.tsm_root = "/nonexistent/tsm";
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	assert_non_null(strstr(error.text, "configfs"));
	close_guest(&guest);
}

static void unreachable_tpm(void **unused)
{
	struct guest guest;
	struct error error;

	(void)unused;
	open_guest(&guest);
	guest.request.tcti = "swtpm:path=/nonexistent/socket";
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	assert_non_null(strstr(error.text, "/nonexistent/socket"));
	close_guest(&guest);
}

/* A credential for another AK does not open, in a real TPM either. */
static void credential_for_another_key(void **unused)
{
	struct guest guest;
	struct error error;
	size_t last;

	(void)unused;
	open_guest(&guest);
	challenge(&guest);
	last = guest.request.credential.size - 1;
	guest.request.credential.data[last] ^= 1;
	assert_false(collect(&guest.request, &guest.evidence, guest.notes, &error));
	if (!strstr(error.text, "does not open the credential"))
		fail_msg("%s", error.text);
	close_guest(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_way),
		cmocka_unit_test(certified_and_listed),
		cmocka_unit_test(separate_files),
		cmocka_unit_test(ecc_endorsement_key),
		cmocka_unit_test(without_credential),
		cmocka_unit_test(without_svsm),
		cmocka_unit_test(own_report),
		cmocka_unit_test(tpm_without_svsm),
		cmocka_unit_test(without_tpm),
		cmocka_unit_test(disturbed_entry),
		cmocka_unit_test(other_provider),
		cmocka_unit_test(refused_by_host),
		cmocka_unit_test(no_configfs),
		cmocka_unit_test(unreachable_tpm),
		cmocka_unit_test(credential_for_another_key),
	};
	int failed = cmocka_run_group_tests_name("collect", tests, fake_tpm_start, fake_tpm_stop);

	fixture_end();
	return failed ? 1 : 0;
}
