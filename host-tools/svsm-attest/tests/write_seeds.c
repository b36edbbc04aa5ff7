/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Well-formed inputs for the fuzzers to start from, made of the test fixture: FOLDER/{fuzzer}/{name} */
#include "file.h"
#include "fixture.h"
#include "fixture_certs.h"

#include "abi/svsm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder;

static void write_seed(const char *fuzzer, const char *name, const void *data, size_t size)
{
	char path[512];
	struct error error;

	snprintf(path, sizeof(path), "%s/%s", folder, fuzzer);
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, fuzzer, name);
	if (!file_write(path, data, size, 0644, &error))
		fail_msg("%s", error.text);
}

static void copy_seed(const char *fuzzer, const char *path, const char *name)
{
	struct blob bytes;
	struct error error;

	if (!file_read(path, 1u << 20, &bytes, &error))
		fail_msg("%s", error.text);
	write_seed(fuzzer, name, bytes.data, bytes.size);
	blob_free(&bytes);
}

static void write_log(void)
{
	/* Header that announces SHA-256, and one event for PCR 7 */
	static const uint8_t log[] =
		"\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\41\0\0\0Spec ID Event03\0\0\0\0\0\0\0\2\2"
		"\1\0\0\0\13\0\40\0\0\7\0\0\0\1\0\0\200\1\0\0\0\13\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\4\0\0\0text";

	write_seed("svsm-attest-fuzz-event-log", "log", log, sizeof(log) - 1);
}

/* The EK as the only service of a services manifest, and as the only key of a list */
static void write_manifests(const struct blob *ek)
{
	struct svsm_services_manifest header = {.guid = SVSM_GUID_SERVICES_MANIFEST, .count = 1};
	struct svsm_services_entry entry = {.guid = SVSM_GUID_VTPM, .length = (uint32_t)ek->size};
	uint8_t bytes[2048] = {0, 0, 0, 1, 0, 0, 0, 1, (uint8_t)(ek->size >> 8), (uint8_t)ek->size};

	assert_true(ek->size < 1024);
	memcpy(bytes + 10, ek->data, ek->size);
	write_seed("svsm-attest-fuzz-tpm", "list", bytes, 10 + ek->size);
	entry.offset = sizeof(header) + sizeof(entry);
	header.length = entry.offset + entry.length;
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), &entry, sizeof(entry));
	memcpy(bytes + entry.offset, ek->data, ek->size);
	write_seed("svsm-attest-fuzz-tpm", "services", bytes, header.length);
}

static void write_all(void **unused)
{
	struct fixture_files files;
	struct scene scene;
	struct blob ek;
	json_t *item;
	char *text;

	(void)unused;
	scene_open(&scene);
	scene_build(&scene);
	fixture_make_certificates(&scene.certificates, &files);
	text = json_dumps(scene.bundle, JSON_COMPACT);
	write_seed("svsm-attest-fuzz-bundle", "bundle", text, strlen(text));
	item = json_pack("{s:s, s:O, s:s}", "id", "a", "report", json_object_get(scene.bundle, "report"), "cert",
			 "AAAA");
	free(text);
	text = json_dumps(item, JSON_COMPACT);
	write_seed("svsm-attest-fuzz-batch", "item", text, strlen(text));
	json_decref(item);
	free(text);
	write_seed("svsm-attest-fuzz-report", "report", &scene.report, sizeof(scene.report));
	scene.report.version = 5;
	write_seed("svsm-attest-fuzz-report", "report5", &scene.report, sizeof(scene.report));
	write_seed("svsm-attest-fuzz-certificates", "chain", files.chain.data, files.chain.size);
	write_seed("svsm-attest-fuzz-certificates", "vcek", files.vcek.data, files.vcek.size);
	write_seed("svsm-attest-fuzz-certificates", "crl", files.crl.data, files.crl.size);
	write_seed("svsm-attest-fuzz-tpm", "ek", scene.ek.data, scene.ek.size);
	write_manifests(&scene.ek);
	write_seed("svsm-attest-fuzz-tpm", "ak", scene.ak.data, scene.ak.size);
	ek = fixture_ek(fixture_keys()->ek_ecc, NULL);
	write_seed("svsm-attest-fuzz-tpm", "ecc", ek.data, ek.size);
	blob_free(&ek);
	copy_seed("svsm-attest-fuzz-json", "manifests/policies/conformance.json", "policy");
	copy_seed("svsm-attest-fuzz-json", "manifests/policies/strict.json", "strict");
	copy_seed("svsm-attest-fuzz-json", "manifests/policies/uefi-mm.json", "uefi-mm");
	copy_seed("svsm-attest-fuzz-json", "manifests/policies/floors-2026-11-23.json", "floors");
	write_seed("svsm-attest-fuzz-json", "pcrs", "sha256 7 00\nsha384 1 ff\n", 23);
	write_log();
	fixture_files_free(&files);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(write_all)};
	int failed;

	if (argc != 2) {
		fputs("usage: write-seeds FOLDER\n", stderr);
		return 2;
	}
	folder = argv[1];
	failed = cmocka_run_group_tests_name("seeds", tests, NULL, NULL);
	fixture_end();
	return failed ? 1 : 0;
}
