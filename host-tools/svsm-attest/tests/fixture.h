/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A whole attested machine in software: ARK, ASK, VCEK and CRL, a TPM's EK and AK, a report, a manifest and a quote.
 * Keys are made once in a run; every scene is fresh. The software TPM opens credentials by the specification, not by
 * the code under test.
 */
#ifndef SVSM_ATTEST_TESTS_FIXTURE_H
#define SVSM_ATTEST_TESTS_FIXTURE_H

#include "credential.h"
#include "verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIXTURE_PCRS 10u

struct fixture_keys {
	EVP_PKEY *ark, *ask, *vcek, *stranger; /* RSA, RSA, P-384, P-384 */
	EVP_PKEY *ek_rsa, *ek_ecc, *ak_ecc, *ak_rsa;
};
/* Made at the first call; fixture_end() frees them. */
const struct fixture_keys *fixture_keys(void);
void fixture_end(void);

/* TPMT_PUBLIC of template L-1, L-2, and of an AK; the caller frees the blob. `change` may edit before marshalling. */
typedef void fixture_change(TPMT_PUBLIC *area);
struct blob fixture_ek(EVP_PKEY *key, fixture_change *change);
struct blob fixture_ak(EVP_PKEY *key, fixture_change *change);

/* TPM2_ActivateCredential; false when integrity fails. `name` is of the activated object. */
bool fixture_activate(EVP_PKEY *ek, const struct blob *id_object, const struct blob *encrypted_secret,
		      const uint8_t *name, size_t name_size, struct blob *out);

/* What certificates say; start from fixture_certificates_default(). */
struct fixture_certificates {
	uint8_t chip_id[64];
	struct tcb tcb;
	const char *product;
	EVP_PKEY *ask_signer; /* who signs the ASK, the VCEK, the CRL */
	EVP_PKEY *vcek_signer;
	EVP_PKEY *crl_signer;
	long vcek_starts, vcek_ends, crl_starts, crl_ends; /* seconds from now */
	bool revoke_ask;
	const char *leaf_name;
	bool sha256; /* sign the VCEK with SHA-256 */
	bool wrapped_chip_id;
	EVP_PKEY *vcek_key;
	int snp_levels; /* how often the VCEK states its SNP patch level */
	bool turin;	/* chip id of 8 bytes, and the patch level of the FMC */
	const char *ask_name, *ask_issuer, *crl_issuer, *leaf_issuer;
	long ask_ends, ark_ends; /* seconds from now */
	bool ask_no_ca, crl_critical;
	bool ark_no_path; /* no intermediate may stand below the ARK */
};
void fixture_certificates_default(struct fixture_certificates *out);

struct scene {
	/* To change before scene_build() */
	struct fixture_certificates certificates;
	struct snp_report report;
	EVP_PKEY *report_signer, *ek_key, *ak_key, *quote_signer;
	struct blob ek, ak, manifest;
	bool keep_report_data;
	TPMS_ATTEST attest;
	bool keep_pcr_digest;
	TPMI_ALG_HASH quote_hash;
	uint8_t pcr[FIXTURE_PCRS][32];
	struct state state;
	struct policy policy;
	struct reference reference;
	bool no_policy, no_nonce;
	bool no_bundle;	    /* verify.evidence is filled already */
	struct certs certs; /* the folder, unless a row says otherwise */
	/* To change after it */
	json_t *bundle;
	struct blob root_pem;
	char folder[64]; /* vcek.der, cert_chain.pem, crl.der */
	/* After scene_run() */
	struct blob bundle_bytes;
	struct certificate_list roots;
	struct verify verify;
};
void scene_open(struct scene *scene);
void scene_build(struct scene *scene);
/* The bundle then has no keys and no quote, and the policy asks for no quote. */
void scene_drop_tpm(struct scene *scene);
/* Exit code; may be called once. */
int scene_run(struct scene *scene);
void scene_close(struct scene *scene);
/* Builds, runs, and expects that exit code with those words in a violation of the first failing stage (NULL: any). */
void scene_expect(struct scene *scene, int code, const char *words);
/* The same for a scene that is built. Stages in `also` must fail too (bit n: enum verify_stage n), all others not. */
void scene_expect_run(struct scene *scene, int code, const char *words, uint32_t also);

/* Marshals what a TPM would state, and signs it. */
void fixture_sign_attest(const TPMS_ATTEST *attest, EVP_PKEY *signer, TPMI_ALG_HASH hash, struct blob *bytes,
			 struct blob *signature);
/* R and S of a report, over its signed bytes */
void fixture_sign_report(struct snp_report *report, EVP_PKEY *signer);

/* New string of base64 as a JSON value */
json_t *fixture_base64(const void *data, size_t size);
/* The policy lists what the report has, and the report has something in each field that a policy can list. */
void fixture_list_values(struct scene *scene);

/* Writes a file inside the scene's folder. */
void scene_file(const struct scene *scene, const char *name, const void *data, size_t size);
void scene_path(const struct scene *scene, const char *name, char path[128]);

/*
 * One scene that must end with `code` and these words; `before` and `after` scene_build() may be NULL. A change fails
 * at one stage and no other, except those in `also`, where one change makes two statements false.
 */
struct refusal {
	const char *name;
	void (*before)(struct scene *scene);
	void (*after)(struct scene *scene);
	int code;
	const char *words;
	uint32_t also;
};
#define ALSO(stage) (1u << (stage))
/* Runs each as a test of its own; number of failures */
int fixture_run_refusals(const char *group, const struct refusal *rows, size_t count);
/*
 * To be called last: fails for each check that no scene so far has violated, or only together with another check. Every
 * check a verdict can name is thus known to refuse, and to do so by itself.
 */
int fixture_run_coverage(void);
/* Called for each scene that ended as it should */
void fixture_note_violation(const struct findings *findings);
#define RUN_REFUSALS(group, rows) fixture_run_refusals(group, rows, sizeof(rows) / sizeof((rows)[0]))

int test_parse_run(void);
int test_vectors_run(void);
int test_chain_run(void);
int test_expectation_run(void);
int test_manifest_run(void);
int test_reference_run(void);
int test_loose_files_run(void);
int test_report_fields_run(void);
int test_policy_run(void);
int test_policy_file_run(void);
int test_tpm_run(void);
int test_event_log_run(void);
int test_state_run(void);
int test_secrets_run(void);
int test_kds_run(void);
int test_cache_run(void);

#endif
