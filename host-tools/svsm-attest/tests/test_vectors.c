/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Real reports with their certificates, where the folder with them is there. */
#include "fixture.h"

#include "file.h"

#include <string.h>
#include <unistd.h>

#define FOLDER "../shared/vectors/"
#define IN_CRL_WINDOW 1787702400  /* 2026-08-26T00:00:00Z */
#define IN_VLEK_PERIOD 1749600000 /* 2025-06-11 */
#define IO 3
#define PARSE 10
#define CHAIN 11
#define REVOCATION 12
#define SIGNATURE 13

struct vector {
	const char *report, *leaf, *chain, *crl;
	enum product product;
};

static const struct vector vectors[] = {
	{"milan_v2_120d77b2", "milan_vcek_3bbfb6ee", "kds/Milan_vcek_cert_chain.pem", "milan", PRODUCT_MILAN},
	{"milan_v2_377e6241", "milan_vcek_0d057f9b", "kds/Milan_vcek_cert_chain.pem", "milan", PRODUCT_MILAN},
	{"milan_v3_05b7438a", "milan_vcek_b67b09bf", "roots/milan_vcek_chain.pem", "milan", PRODUCT_MILAN},
	{"milan_v3_40a2778d", "milan_vcek_176f84a0", "kds/Milan_vcek_cert_chain.pem", "milan", PRODUCT_MILAN},
	{"milan_v3_e75e8d4e", "milan_vcek_27c3ccfc", "kds/Milan_vcek_cert_chain.pem", "milan", PRODUCT_MILAN},
	{"genoa_v3_4ae0e73a", "genoa_vcek_1b40c122", "kds/Genoa_vcek_cert_chain.pem", "genoa", PRODUCT_GENOA},
	{"genoa_v5_6d1ceffa", "genoa_vcek_b6563a6c", "roots/genoa_vcek_chain.pem", "genoa", PRODUCT_GENOA},
	{"siena-bergamo_v5_8fd94192", "genoa_vcek_05788a16", "kds/Genoa_vcek_cert_chain.pem", "genoa", PRODUCT_GENOA},
	{"turin_v5_85da705e", "turin_vcek_49d521f0", "kds/Turin_vcek_cert_chain_CRLF.pem", "turin", PRODUCT_TURIN},
};
static const struct vector vlek = {"milan_v3_decdab94", "milan_vlek_296a7c99", "kds/Milan_vlek_cert_chain.pem", "milan",
				   PRODUCT_MILAN};

struct run {
	struct verify verify;
	struct certs certs;
	char leaf[160], chain[160], crl[160];
};

static bool here(void)
{
	return access(FOLDER "README.md", R_OK) == 0;
}

static void open_run(struct run *run, const struct vector *vector)
{
	char report[160];
	struct error error;

	memset(run, 0, sizeof(*run));
	snprintf(report, sizeof(report), FOLDER "reports/%s.bin", vector->report);
	snprintf(run->leaf, sizeof(run->leaf), FOLDER "certs/%s.der", vector->leaf);
	snprintf(run->chain, sizeof(run->chain), FOLDER "%s", vector->chain);
	snprintf(run->crl, sizeof(run->crl), FOLDER "crl/%s_vcek_20260819.crl", vector->crl);
	run->certs = (struct certs){.leaf_file = run->leaf,
				    .chain_file = run->chain,
				    .crl_file = run->crl,
				    .offline = true,
				    .kds = {.url = "http://127.0.0.1:9"}};
	run->verify.certs = &run->certs;
	run->verify.now = IN_CRL_WINDOW;
	if (!file_read(report, 4096, &run->verify.evidence.report, &error))
		fail_msg("%s", error.text);
}

/* Runs, and expects that exit code; only the stage it names fails. */
static void close_run(struct run *run, int code)
{
	int got;

	verify_run(&run->verify);
	got = verify_exit_code(&run->verify);
	if (got != code) {
		verify_print(&run->verify, false, stderr);
		fail_msg("exit code %d, expected %d", got, code);
	}
	verify_free(&run->verify);
}

static void all_are_genuine(void **unused)
{
	(void)unused;
	if (!here())
		skip();
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct run run;

		open_run(&run, &vectors[i]);
		verify_run(&run.verify);
		if (verify_exit_code(&run.verify) != 0) {
			verify_print(&run.verify, false, stderr);
			fail_msg("%s is refused", vectors[i].report);
		}
		assert_int_equal(run.verify.product, vectors[i].product);
		assert_false(run.verify.stage[VERIFY_REVOCATION].skipped);
		verify_free(&run.verify);
	}
}

/* All over the report, each bit of a byte in turn; each field by itself is in test_report_fields.c. */
static void changed_bytes_count(void **unused)
{
	(void)unused;
	if (!here())
		skip();
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i += 3) {
		for (size_t at = 0; at < SNP_REPORT_SIZE; at += i == 0 ? 5 : 29) {
			struct run run;
			int code;

			open_run(&run, &vectors[i]);
			run.verify.evidence.report.data[at] ^= (uint8_t)(1u << at % 8);
			verify_run(&run.verify);
			code = verify_exit_code(&run.verify);
			if (code != PARSE && code != CHAIN && code != SIGNATURE)
				fail_msg("%s with byte %03zxh changed: exit code %d", vectors[i].report, at, code);
			verify_free(&run.verify);
		}
	}
}

static void vlek_in_its_year(void **unused)
{
	struct run run;

	(void)unused;
	if (!here())
		skip();
	open_run(&run, &vlek);
	run.verify.now = IN_VLEK_PERIOD;
	run.verify.revocation = REVOCATION_OFF;
	close_run(&run, 0);
	open_run(&run, &vlek);
	close_run(&run, CHAIN); /* it ended 2025-12-10 */
	open_run(&run, &vlek);
	run.verify.now = IN_VLEK_PERIOD;
	close_run(&run, REVOCATION); /* the list is of 2026 */
}

/* ASK and ASVK, VCEK and VLEK do not stand in for each other. */
static void kinds_are_kept_apart(void **unused)
{
	struct vector mixed = vlek;
	struct run run;

	(void)unused;
	if (!here())
		skip();
	mixed.chain = "kds/Milan_vcek_cert_chain.pem";
	open_run(&run, &mixed);
	run.verify.now = IN_VLEK_PERIOD;
	run.verify.revocation = REVOCATION_OFF;
	close_run(&run, CHAIN);
	mixed = vlek;
	mixed.leaf = "milan_vcek_b67b09bf";
	open_run(&run, &mixed);
	run.verify.now = IN_VLEK_PERIOD;
	run.verify.revocation = REVOCATION_OFF;
	close_run(&run, CHAIN);
}

static void wrong_leaf_chain_and_list(void **unused)
{
	struct vector mixed = vectors[2];
	struct run run;

	(void)unused;
	if (!here())
		skip();
	mixed.leaf = vectors[3].leaf;
	open_run(&run, &mixed);
	close_run(&run, CHAIN);
	mixed = vectors[2];
	mixed.chain = "kds/Genoa_vcek_cert_chain.pem";
	open_run(&run, &mixed);
	close_run(&run, CHAIN);
	mixed = vectors[2];
	mixed.crl = "genoa";
	open_run(&run, &mixed);
	close_run(&run, REVOCATION);
	open_run(&run, &vectors[2]);
	run.verify.now = IN_CRL_WINDOW + 60 * 86400; /* after nextUpdate */
	close_run(&run, REVOCATION);
	open_run(&run, &vectors[2]);
	run.certs.crl_file = NULL; /* and nobody may be asked */
	close_run(&run, REVOCATION);
	open_run(&run, &vectors[2]);
	run.certs.crl_file = FOLDER "missing";
	close_run(&run, IO);
	open_run(&run, &vectors[2]);
	run.verify.product_hint = PRODUCT_GENOA;
	close_run(&run, CHAIN);
}

int test_vectors_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_genuine),	     cmocka_unit_test(changed_bytes_count),
		cmocka_unit_test(vlek_in_its_year),	     cmocka_unit_test(kinds_are_kept_apart),
		cmocka_unit_test(wrong_leaf_chain_and_list),
	};

	return cmocka_run_group_tests_name("real reports", tests, NULL, NULL);
}
