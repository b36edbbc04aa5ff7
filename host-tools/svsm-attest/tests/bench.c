/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What a verification costs beside the signatures in it. Both are measured in one run, in turns, so that the ratio
 * holds on a busy machine too. Offline and warm: certificates come from files that have been read before.
 */
#include "batch.h"
#include "file.h"
#include "fixture.h"
#include "fixture_certs.h"
#include "quote.h"

#include <openssl/ecdsa.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 15
#define REPEAT 20
#define BATCH_ITEMS 400

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The signatures that a report's verification cannot do without, on parsed keys */
struct bare {
	X509 *ark, *ask, *vcek;
	X509_CRL *crl;
	const struct snp_report *report;
	uint8_t der[128];
	size_t der_size;
};

static void bare_once(const struct bare *bare)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_true(X509_verify(bare->ark, X509_get0_pubkey(bare->ark)) == 1 &&
		    X509_verify(bare->ask, X509_get0_pubkey(bare->ark)) == 1 &&
		    X509_verify(bare->vcek, X509_get0_pubkey(bare->ask)) == 1 &&
		    X509_CRL_verify(bare->crl, X509_get0_pubkey(bare->ark)) == 1);
	assert_true(EVP_DigestVerifyInit_ex(context, NULL, "SHA384", NULL, NULL, X509_get0_pubkey(bare->vcek), NULL) >
			    0 &&
		    EVP_DigestVerify(context, bare->der, bare->der_size, (const uint8_t *)bare->report,
				     SNP_REPORT_SIGNED_SIZE) == 1);
	EVP_MD_CTX_free(context);
}

static void bare_open(struct bare *bare, const struct scene *scene, const struct fixture_files *files)
{
	struct certificate_list chain, leaf;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *at = bare->der;

	assert_true(certificate_list_parse(&chain, &files->chain) && certificate_list_parse(&leaf, &files->vcek));
	bare->ask = chain.item[0];
	bare->ark = chain.item[1];
	bare->vcek = leaf.item[0];
	bare->crl = certificate_crl_parse(&files->crl);
	bare->report = &scene->report;
	assert_true(ECDSA_SIG_set0(pair, BN_lebin2bn(scene->report.signature_r, 48, NULL),
				   BN_lebin2bn(scene->report.signature_s, 48, NULL)));
	bare->der_size = (size_t)i2d_ECDSA_SIG(pair, &at);
	ECDSA_SIG_free(pair);
}

static void bare_close(struct bare *bare)
{
	X509_free(bare->ark);
	X509_free(bare->ask);
	X509_free(bare->vcek);
	X509_CRL_free(bare->crl);
}

static void verify_once(const struct scene *scene, const struct certificate_list *roots)
{
	struct verify *verify = calloc(1, sizeof(*verify));

	assert_non_null(verify);
	verify->name = "bench";
	verify->test_roots = roots;
	verify->certs = &scene->certs;
	verify->now = time(NULL);
	assert_true(blob_copy(&verify->evidence.report, &scene->report, sizeof(scene->report)));
	verify_run(verify);
	assert_int_equal(verify_exit_code(verify), 0);
	verify_free(verify);
	free(verify);
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void one_verification(const struct scene *scene, const struct certificate_list *roots, const struct bare *bare)
{
	double ratio[ROUNDS], bare_time = 0, verify_time = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = seconds(), middle;

		for (int i = 0; i < REPEAT; i++)
			bare_once(bare);
		middle = seconds();
		for (int i = 0; i < REPEAT; i++)
			verify_once(scene, roots);
		bare_time = middle - start;
		verify_time = seconds() - middle;
		ratio[round] = verify_time / bare_time;
	}
	qsort(ratio, ROUNDS, sizeof(ratio[0]), compare);
	printf("svsm-attest verify, a report offline     %6.3f ms, its bare signatures %6.3f ms, ratio %.2f (median of "
	       "%d; at most 2)\n",
	       1e3 * verify_time / REPEAT, 1e3 * bare_time / REPEAT, ratio[ROUNDS / 2], ROUNDS);
}

static void batch(struct scene *scene, const struct certificate_list *roots)
{
	struct verify_options options;
	struct verify_inputs in = {.state_lock = -1, .has_roots = true, .roots = *roots};
	char *report = blob_base64(&scene->report, sizeof(scene->report)), *lines = NULL, *output = NULL;
	size_t size, output_size;
	FILE *from = open_memstream(&lines, &size), *to = open_memstream(&output, &output_size);
	struct batch_result result;
	struct error error;
	double start;

	verify_options_default(&options);
	options.certs = scene->certs;
	for (int i = 0; i < BATCH_ITEMS; i++)
		fprintf(from, "{\"id\":%d,\"report\":\"%s\"}\n", i, report);
	fclose(from);
	from = fmemopen(lines, size, "r");
	start = seconds();
	assert_true(batch_run(&options, &in, 1, from, to, &result, &error));
	start = seconds() - start;
	fclose(from);
	fclose(to);
	assert_int_equal(result.accepted, BATCH_ITEMS);
	printf("svsm-attest batch, one thread            %6.0f reports a second of processor time\n",
	       BATCH_ITEMS / start);
	free(report);
	free(lines);
	free(output);
}

static void bench(void **unused)
{
	struct certificate_list roots;
	struct fixture_files files = {.chain = {NULL, 0}};
	struct scene scene;
	struct bare bare;
	struct error error;
	char path[128];

	(void)unused;
	scene_open(&scene);
	scene_build(&scene);
	scene_path(&scene, "cert_chain.pem", path);
	assert_true(file_read(path, 65536, &files.chain, &error));
	scene_path(&scene, "vcek.der", path);
	assert_true(file_read(path, 65536, &files.vcek, &error));
	scene_path(&scene, "crl.der", path);
	assert_true(file_read(path, 65536, &files.crl, &error));
	assert_true(certificate_list_parse(&roots, &scene.root_pem));
	bare_open(&bare, &scene, &files);
	one_verification(&scene, &roots, &bare);
	batch(&scene, &roots);
	bare_close(&bare);
	fixture_files_free(&files);
	certificate_list_free(&roots);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(bench)};
	int failed = cmocka_run_group_tests_name("bench", tests, NULL, NULL);

	fixture_end();
	return failed ? 1 : 0;
}
