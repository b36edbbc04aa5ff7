/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Evidence in separate files is judged as a bundle is, in every form and with every way to bind the AK. */
#include "fixture.h"
#include "loose_files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELECTOR_FILE "manifests/selectors/ek-rsa2048.json"

enum { REPORT, MANIFEST, EK, AK, RECOVERED, CERTIFY, CERTIFY_SIGNATURE, QUOTE, QUOTE_SIGNATURE, VALUES, FILES };
static const char *const names[FILES] = {"f.report",  "f.manifest", "f.ek",    "f.ak",	      "f.recovered",
					 "f.certify", "f.cert-sig", "f.quote", "f.quote-sig", "f.values"};

static struct expectation expectation;

static void read_selector(const char *path)
{
	struct error error;

	if (!expectation_read_selector(&expectation, path, &error))
		fail_msg("%s", error.text);
}

/* The parts of the scene's bundle, each in a file of its own; an empty part has none. */
static void split(struct scene *scene, char path[FILES][128], struct loose_files *files)
{
	char *text = json_dumps(scene->bundle, JSON_COMPACT), lines[4096] = "";
	struct evidence *e = calloc(1, sizeof(*e));
	struct blob bytes = {(uint8_t *)text, strlen(text)}, values = {(uint8_t *)lines, 0};
	struct error error;

	assert_true(e && evidence_parse(e, "x", &bytes, &error));
	for (size_t i = 0; i < e->pcr_count; i++) {
		char *hex = blob_hex(e->pcr[i].digest, e->pcr[i].size);

		values.size += (size_t)snprintf(lines + values.size, sizeof(lines) - values.size, "sha256 %u %s\n",
						e->pcr[i].index, hex);
		free(hex);
	}
	const struct blob *const part[FILES] = {&e->report,
						&e->manifest,
						&e->ek[0],
						&e->ak,
						&e->recovered,
						&e->certify_attest,
						&e->certify_signature,
						&e->quote_attest,
						&e->quote_signature,
						&values};
	const char **const slot[FILES] = {&files->report,
					  &files->manifest,
					  &files->ek[0],
					  &files->ak,
					  &files->recovered,
					  &files->certify,
					  &files->certify_signature,
					  &files->quote,
					  &files->quote_signature,
					  &files->pcr_values};

	memset(files, 0, sizeof(*files));
	files->ek_count = 1;
	for (size_t i = 0; i < FILES; i++) {
		if (!part[i]->data)
			continue;
		scene_file(scene, names[i], part[i]->data, part[i]->size);
		scene_path(scene, names[i], path[i]);
		*slot[i] = path[i];
	}
	evidence_free(e);
	free(e);
	free(text);
}

static void run(struct scene *scene, int code)
{
	char path[FILES][128];
	struct loose_files files;
	struct error error;

	split(scene, path, &files);
	assert_null(loose_files_problem(&files));
	if (!loose_files_read(&files, &scene->verify.evidence, &error))
		fail_msg("%s", error.text);
	scene->no_bundle = true;
	scene_expect_run(scene, code, NULL, 0);
	for (size_t i = 0; i < FILES; i++) {
		scene_path(scene, names[i], path[i]);
		unlink(path[i]);
	}
	scene_close(scene);
}

static void activation(void **unused)
{
	struct scene scene;

	(void)unused;
	scene_open(&scene);
	scene_build(&scene);
	run(&scene, 0);
}

/* Nothing in the files says which selector it was; REPORT_DATA does. */
static void selector(void **unused)
{
	struct scene scene;

	for (int other = 0; other < 2; other++) {
		(void)unused;
		scene_open(&scene);
		read_selector(SELECTOR_FILE);
		assert_true(expectation_report_data(&expectation, scene.state.nonce, &scene.manifest,
						    scene.report.report_data));
		scene.keep_report_data = true;
		scene_build(&scene);
		if (other)
			expectation.selector[expectation.selector_size - 1] ^= 1;
		scene.verify.expectation = &expectation;
		run(&scene, other ? 14 : 0);
	}
}

static void form(void **unused)
{
	struct scene scene;

	(void)unused;
	scene_open(&scene);
	scene.policy.manifest_form = MANIFEST_FORM_LIST;
	scene_build(&scene);
	run(&scene, 10);
}

/* REPORT_DATA covers a manifest together with the nonce: without it the manifest may be anybody's. */
static void no_nonce(void **unused)
{
	struct scene scene;

	for (int other = 0; other < 2; other++) {
		(void)unused;
		scene_open(&scene);
		scene.no_nonce = true;
		scene_build(&scene);
		if (other)
			scene.verify.report_data = scene.report.report_data;
		run(&scene, 14);
	}
}

static void problems(void **unused)
{
	static const struct {
		struct loose_files files;
		const char *words;
	} rows[] = {
		{{.report = "r", .quote = "q"}, "--ak"},
		{{.report = "r", .ak = "a", .quote = "q"}, "go together"},
		{{.report = "r", .ak = "a", .recovered = "x"}, "--recovered needs"},
		{{.report = "r", .ak = "a", .certify = "c"}, "--certify"},
		{{.report = "r", .certify = "c", .certify_signature = "s"}, "--certify"},
		{{.report = "r", .ak = "a", .certify_signature = "s"}, "--certify"},
		{{.report = "r",
		  .ak = "a",
		  .ek = {"e"},
		  .ek_count = 1,
		  .recovered = "x",
		  .certify = "c",
		  .certify_signature = "s"},
		 "one way"},
	};
	struct loose_files files = {.report = "r"};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *problem = loose_files_problem(&rows[i].files);

		if (!problem || !strstr(problem, rows[i].words))
			fail_msg("row %zu: '%s' does not say '%s'", i, problem ? problem : "nothing", rows[i].words);
	}
	for (unsigned int i = 0; i < MANIFEST_EKS_MAX; i++)
		assert_true(loose_files_take(&files, LOOSE_FILES_OPTION_EK, "e"));
	assert_null(loose_files_problem(&files));
	assert_true(loose_files_take(&files, LOOSE_FILES_OPTION_EK, "e"));
	assert_non_null(loose_files_problem(&files));
}

int test_loose_files_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(activation), cmocka_unit_test(selector), cmocka_unit_test(form),
		cmocka_unit_test(no_nonce),   cmocka_unit_test(problems),
	};

	return cmocka_run_group_tests_name("separate files", tests, NULL, NULL);
}
