/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture.h"

#include "fixture_certs.h"

#include <openssl/ecdsa.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>
#include <unistd.h>

#define POLICY_FILE "manifests/policies/conformance.json"

json_t *fixture_base64(const void *data, size_t size)
{
	char *text = blob_base64(data, size);
	json_t *value = json_string(text);

	assert_non_null(value);
	free(text);
	return value;
}

void scene_path(const struct scene *scene, const char *name, char path[128])
{
	assert_true(snprintf(path, 128, "%s/%s", scene->folder, name) < 128);
}

void scene_file(const struct scene *scene, const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *file;

	/* Not file_write(), which waits for the disk: most of a test's time */
	scene_path(scene, name, path);
	file = fopen(path, "we");
	assert_true(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static void write_reference(struct scene *scene)
{
	char *digest = blob_hex(scene->report.measurement, SNP_DIGEST_SIZE), text[512], path[128];
	struct error error;
	int length =
		snprintf(text, sizeof(text),
			 "{\"format\":\"svsm-reference-values\",\"version\":1,\"image\":\"test\",\"measurements\":["
			 "{\"profile\":\"qemu-kvm\",\"vcpus\":1,\"digest\":\"%s\"}],\"guest_policy\":\"0x30000\","
			 "\"inputs\":[]}",
			 digest);

	scene_file(scene, "reference.json", text, (size_t)length);
	scene_path(scene, "reference.json", path);
	if (!reference_read(path, &scene->reference, &error))
		fail_msg("%s", error.text);
	free(digest);
}

static void default_report(struct snp_report *report, const uint8_t chip_id[64])
{
	static const uint8_t tcb[8] = {4, 0, 0, 0, 0, 0, 0x18, 0xdb};

	memset(report, 0, sizeof(*report));
	report->version = 3;
	report->policy = 0x30000;
	report->signature_algo = SNP_SIGNATURE_ALGO_P384_SHA384;
	report->platform_info = 0x25;
	report->cpuid_family = 0x19;
	report->cpuid_model = 1;
	report->cpuid_stepping = 1;
	memcpy(report->current_tcb, tcb, 8);
	memcpy(report->reported_tcb, tcb, 8);
	memcpy(report->committed_tcb, tcb, 8);
	memcpy(report->launch_tcb, tcb, 8);
	memcpy(report->chip_id, chip_id, 64);
	memset(report->report_id_ma, 0xff, sizeof(report->report_id_ma));
	memset(report->measurement, 0xab, sizeof(report->measurement));
	report->current_major = report->committed_major = 1;
	report->current_minor = report->committed_minor = 55;
	report->current_build = report->committed_build = 29;
}

void scene_open(struct scene *scene)
{
	const struct fixture_keys *keys = fixture_keys();
	struct error error;

	memset(scene, 0, sizeof(*scene));
	snprintf(scene->folder, sizeof(scene->folder), "/tmp/svsm-attest-test.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	fixture_certificates_default(&scene->certificates);
	default_report(&scene->report, scene->certificates.chip_id);
	scene->report_signer = keys->vcek;
	scene->ek_key = keys->ek_rsa;
	scene->ak_key = scene->quote_signer = keys->ak_ecc;
	scene->ek = fixture_ek(scene->ek_key, NULL);
	scene->ak = fixture_ak(scene->ak_key, NULL);
	assert_true(blob_copy(&scene->manifest, scene->ek.data, scene->ek.size));
	scene->state.expires = time(NULL) + 600;
	assert_int_equal(RAND_bytes(scene->state.nonce, STATE_NONCE_SIZE), 1);
	assert_int_equal(RAND_bytes(scene->state.secret, STATE_SECRET_SIZE), 1);
	if (!policy_read(POLICY_FILE, &scene->policy, &error))
		fail_msg("%s", error.text);
	write_reference(scene);
	scene->certs.folder = scene->folder;
	scene->certs.offline = true;
	scene->certs.kds.url = "http://127.0.0.1:9";
	scene->quote_hash = TPM2_ALG_SHA256;
	memset(scene->pcr[8], 0x88, 32);
	scene->attest.magic = TPM2_GENERATED_VALUE;
	scene->attest.type = TPM2_ST_ATTEST_QUOTE;
	scene->attest.qualifiedSigner.size = 34;
	scene->attest.extraData.size = STATE_NONCE_SIZE;
	memcpy(scene->attest.extraData.buffer, scene->state.nonce, STATE_NONCE_SIZE);
	scene->attest.attested.quote.pcrSelect.count = 1;
	scene->attest.attested.quote.pcrSelect.pcrSelections[0] =
		(TPMS_PCR_SELECTION){.hash = TPM2_ALG_SHA256, .sizeofSelect = 3, .pcrSelect = {0xff, 0x03, 0}};
}

/* r, s of a P-384 signature, little-endian as in a report */
void fixture_sign_report(struct snp_report *report, EVP_PKEY *signer)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[160];
	const unsigned char *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *pair;

	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA384", NULL, NULL, signer, NULL) > 0 &&
		    EVP_DigestSign(context, der, &size, (const uint8_t *)report, SNP_REPORT_SIGNED_SIZE) > 0);
	pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
	assert_non_null(pair);
	assert_int_equal(BN_bn2lebinpad(ECDSA_SIG_get0_r(pair), report->signature_r, 72), 72);
	assert_int_equal(BN_bn2lebinpad(ECDSA_SIG_get0_s(pair), report->signature_s, 72), 72);
	ECDSA_SIG_free(pair);
	EVP_MD_CTX_free(context);
}

static void bind_report_data(struct scene *scene)
{
	uint8_t input[STATE_NONCE_SIZE + 8192];

	assert_true(scene->manifest.size <= 8192);
	memcpy(input, scene->state.nonce, STATE_NONCE_SIZE);
	memcpy(input + STATE_NONCE_SIZE, scene->manifest.data, scene->manifest.size);
	SHA512(input, STATE_NONCE_SIZE + scene->manifest.size, scene->report.report_data);
}

static TPMT_SIGNATURE sign(EVP_PKEY *signer, TPMI_ALG_HASH hash, const uint8_t *message, size_t length)
{
	TPMT_SIGNATURE out = {.sigAlg = TPM2_ALG_RSASSA};
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t bytes[256];
	const unsigned char *at = bytes;
	size_t size = sizeof(bytes);

	assert_true(EVP_DigestSignInit_ex(context, NULL, tpm_hash_name(hash), NULL, NULL, signer, NULL) > 0 &&
		    EVP_DigestSign(context, bytes, &size, message, length) > 0);
	EVP_MD_CTX_free(context);
	if (EVP_PKEY_is_a(signer, "RSA")) {
		out.signature.rsassa.hash = hash;
		out.signature.rsassa.sig.size = (UINT16)size;
		memcpy(out.signature.rsassa.sig.buffer, bytes, size);
	} else {
		ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
		TPMS_SIGNATURE_ECC *ecc = &out.signature.ecdsa;
		int width = (EVP_PKEY_get_bits(signer) + 7) / 8;

		assert_non_null(pair);
		out.sigAlg = TPM2_ALG_ECDSA;
		ecc->hash = hash;
		ecc->signatureR.size = ecc->signatureS.size = (UINT16)width;
		assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), ecc->signatureR.buffer, width), width);
		assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), ecc->signatureS.buffer, width), width);
		ECDSA_SIG_free(pair);
	}
	return out;
}

void fixture_sign_attest(const TPMS_ATTEST *attest, EVP_PKEY *signer, TPMI_ALG_HASH hash, struct blob *bytes,
			 struct blob *signature)
{
	uint8_t buffer[2048];
	TPMT_SIGNATURE by;
	size_t used = 0;

	assert_int_equal(Tss2_MU_TPMS_ATTEST_Marshal(attest, buffer, sizeof(buffer), &used), 0);
	assert_true(blob_copy(bytes, buffer, used));
	by = sign(signer, hash, buffer, used);
	used = 0;
	assert_int_equal(Tss2_MU_TPMT_SIGNATURE_Marshal(&by, buffer, sizeof(buffer), &used), 0);
	assert_true(blob_copy(signature, buffer, used));
}

static json_t *quote_json(struct scene *scene)
{
	TPM2B_DIGEST *digest = &scene->attest.attested.quote.pcrDigest;
	struct blob bytes, signature;
	json_t *object;

	if (!scene->keep_pcr_digest) {
		digest->size = 32;
		SHA256((const uint8_t *)scene->pcr, sizeof(scene->pcr), digest->buffer);
	}
	fixture_sign_attest(&scene->attest, scene->quote_signer, scene->quote_hash, &bytes, &signature);
	object = json_pack("{s:o, s:o}", "attest", fixture_base64(bytes.data, bytes.size), "signature",
			   fixture_base64(signature.data, signature.size));
	blob_free(&bytes);
	blob_free(&signature);
	return object;
}

/* The relying party makes the credential, the TPM opens it. */
static json_t *activation_json(struct scene *scene)
{
	struct tpm_public ek, ak;
	struct credential credential;
	struct blob recovered;
	struct error error;
	json_t *object;

	scene->state.has_credential = true;
	assert_true(blob_copy(&scene->state.ek, scene->ek.data, scene->ek.size) &&
		    blob_copy(&scene->state.ak, scene->ak.data, scene->ak.size));
	assert_true(tpm_public_parse(&ak, "ak", scene->ak.data, scene->ak.size, &error));
	/* An EK that no template describes gets a credential no TPM would open: the stage must refuse the key itself.
	 */
	if (tpm_public_parse(&ek, "ek", scene->ek.data, scene->ek.size, &error) &&
	    credential_make(&ek, &ak, scene->state.secret, STATE_SECRET_SIZE, &credential, &error)) {
		assert_true(fixture_activate(scene->ek_key, &credential.id_object, &credential.encrypted_secret,
					     ak.name, ak.name_size, &recovered));
		object = json_pack("{s:s, s:o, s:o, s:o}", "method", "activation", "credential",
				   fixture_base64(credential.id_object.data, credential.id_object.size), "secret",
				   fixture_base64(credential.encrypted_secret.data, credential.encrypted_secret.size),
				   "recovered", fixture_base64(recovered.data, recovered.size));
		blob_free(&recovered);
		credential_free(&credential);
	} else {
		object = json_pack("{s:s, s:s, s:s, s:o}", "method", "activation", "credential", "AAAA", "secret",
				   "AAAA", "recovered", fixture_base64(scene->state.secret, STATE_SECRET_SIZE));
	}
	tpm_public_free(&ek);
	tpm_public_free(&ak);
	return object;
}

static json_t *pcrs_json(const struct scene *scene)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FIXTURE_PCRS; i++)
		json_array_append_new(list, json_pack("{s:s, s:i, s:o}", "bank", "sha256", "index", (int)i, "digest",
						      fixture_base64(scene->pcr[i], 32)));
	return list;
}

void scene_build(struct scene *scene)
{
	const struct fixture_files *files = fixture_files_for(&scene->certificates);

	scene_file(scene, "cert_chain.pem", files->chain.data, files->chain.size);
	scene_file(scene, "vcek.der", files->vcek.data, files->vcek.size);
	scene_file(scene, "crl.der", files->crl.data, files->crl.size);
	assert_true(blob_copy(&scene->root_pem, files->root.data, files->root.size));
	if (!scene->keep_report_data)
		bind_report_data(scene);
	fixture_sign_report(&scene->report, scene->report_signer);
	scene->bundle =
		json_pack("{s:s, s:i, s:s, s:o, s:o, s:n, s:{s:s, s:s, s:i, s:o}, s:n, s:[o], s:o, s:o, s:o, s:o, s:n}",
			  "format", "svsm-evidence", "version", 1, "collector", "test", "nonce",
			  fixture_base64(scene->state.nonce, STATE_NONCE_SIZE), "report",
			  fixture_base64(&scene->report, sizeof(scene->report)), "certificates", "manifest", "kind",
			  "single-service", "service", "c476f1eb-0123-45a5-9641-b4e7dde5bfe3", "version", 0, "data",
			  fixture_base64(scene->manifest.data, scene->manifest.size), "selector", "eks",
			  fixture_base64(scene->ek.data, scene->ek.size), "ak",
			  fixture_base64(scene->ak.data, scene->ak.size), "ak_binding", activation_json(scene), "quote",
			  quote_json(scene), "pcrs", pcrs_json(scene), "event_log");
	assert_non_null(scene->bundle);
}

void scene_drop_tpm(struct scene *scene)
{
	static const char *const parts[] = {"ak", "ak_binding", "quote"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		json_object_set_new(scene->bundle, parts[i], json_null());
	json_object_set_new(scene->bundle, "eks", json_array());
	json_object_set_new(scene->bundle, "pcrs", json_array());
	scene->policy.quote_required = false;
}

int scene_run(struct scene *scene)
{
	char *text = json_dumps(scene->bundle, JSON_COMPACT);

	assert_true(text && blob_copy(&scene->bundle_bytes, text, strlen(text)));
	free(text);
	assert_true(certificate_list_parse(&scene->roots, &scene->root_pem));
	scene->verify.name = "evidence";
	scene->verify.bundle = scene->no_bundle ? NULL : &scene->bundle_bytes;
	scene->verify.state = &scene->state;
	scene->verify.nonce = scene->no_nonce ? NULL : scene->state.nonce;
	scene->verify.policy = scene->no_policy ? NULL : &scene->policy;
	scene->verify.reference = &scene->reference;
	scene->verify.test_roots = &scene->roots;
	scene->verify.certs = &scene->certs;
	if (scene->verify.now == 0)
		scene->verify.now = time(NULL);
	verify_run(&scene->verify);
	return verify_exit_code(&scene->verify);
}

void scene_close(struct scene *scene)
{
	static const char *const names[] = {"cert_chain.pem", "vcek.der",   "crl.der",	    "reference.json",
					    "policy.json",    "state.json", "evidence.json"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		scene_path(scene, names[i], path);
		unlink(path);
	}
	rmdir(scene->folder);
	verify_free(&scene->verify);
	certificate_list_free(&scene->roots);
	reference_free(&scene->reference);
	policy_free(&scene->policy);
	state_free(&scene->state);
	blob_free(&scene->bundle_bytes);
	blob_free(&scene->root_pem);
	blob_free(&scene->ek);
	blob_free(&scene->ak);
	blob_free(&scene->manifest);
	json_decref(scene->bundle);
}

/* Some violation of the stage says so. */
static bool says(const struct verify *verify, enum verify_stage stage, const char *words)
{
	for (size_t i = 0; i < verify->findings.count; i++) {
		const struct finding *finding = &verify->findings.item[i];

		if (check_info(finding->check)->stage == stage && strstr(finding->error.text, words))
			return true;
	}
	return false;
}

void scene_expect_run(struct scene *scene, int code, const char *words, uint32_t also)
{
	int got = scene_run(scene);
	enum verify_stage stage = verify_refused_at(&scene->verify);
	bool others = false;

	for (int i = 0; i < VERIFY_STAGES; i++)
		others |= i != (int)stage && verify_failed(&scene->verify, (enum verify_stage)i) != (also >> i & 1);
	if (got != code || others || (words && (stage == VERIFY_STAGES || !says(&scene->verify, stage, words)))) {
		verify_print(&scene->verify, false, stderr);
		fail_msg("exit code %d, expected %d with '%s'%s", got, code, words ? words : "",
			 others ? "; other stages are not as expected" : "");
	}
	fixture_note_violation(&scene->verify.findings);
}

void scene_expect(struct scene *scene, int code, const char *words)
{
	scene_build(scene);
	scene_expect_run(scene, code, words, 0);
}

static void run_refusal(void **state)
{
	const struct refusal *row = *state;
	struct scene scene;

	scene_open(&scene);
	if (row->before)
		row->before(&scene);
	scene_build(&scene);
	if (row->after)
		row->after(&scene);
	scene_expect_run(&scene, row->code, row->words, row->also);
	scene_close(&scene);
}

int fixture_run_refusals(const char *group, const struct refusal *rows, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < count; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = run_refusal;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}
