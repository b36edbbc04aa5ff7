/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The machine that the attestation guide's commands run on: reports of a test chip, a KDS, and a guest with an SVSM
 * and a vTPM (swtpm). Writes what the guide's reader has into a folder, then serves until it reads "end".
 *   usage: svsm-attest-guide-machine FOLDER
 * FOLDER/guest is a pipe: a line "ID<tab>ARGUMENT<tab>..." runs 'svsm-attest collect ARGUMENT...' in the guest, whose
 * output goes to ID.out and ID.err; ID.status is there when it has ended.
 */
#include "collect.h"
#include "commands.h"
#include "fake_tpm.h"
#include "fake_tsm.h"
#include "file.h"
#include "fixture_net.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32
#define ITEMS 3

static const char *folder;

static void write_file(const char *name, const void *data, size_t size)
{
	struct error error;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!file_write(path, data, size, 0644, &error))
		fail_msg("%s", error.text);
}

static void copy_file(const char *from, const char *name)
{
	struct blob bytes;
	struct error error;

	if (!file_read(from, 1u << 20, &bytes, &error))
		fail_msg("%s", error.text);
	write_file(name, bytes.data, bytes.size);
	blob_free(&bytes);
}

/* A fleet's report with its nonce, a line each */
static void write_inventory(const struct scene *scene)
{
	char *report = blob_base64(&scene->report, sizeof(scene->report));
	char *nonce = blob_hex(scene->report.report_data, sizeof(scene->report.report_data)), *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < ITEMS; i++)
		fprintf(out, "{\"host\":\"host%d\",\"report_b64\":\"%s\",\"nonce_hex\":\"%s\"}\n", i, report, nonce);
	fclose(out);
	write_file("inventory.jsonl", text, size);
	free(text);
	free(report);
	free(nonce);
}

static void write_files(const struct fixture_net *net)
{
	char path[128];

	write_file("report.bin", &net->scene.report, sizeof(net->scene.report));
	write_file("report2.bin", &net->scene.report, sizeof(net->scene.report));
	write_file("vcek.der", net->files.vcek.data, net->files.vcek.size);
	write_file("cert_chain.pem", net->files.chain.data, net->files.chain.size);
	write_file("crl.der", net->files.crl.data, net->files.crl.size);
	write_file("root.pem", net->files.root.data, net->files.root.size);
	scene_path(&net->scene, "reference.json", path);
	copy_file(path, "image.reference.json");
	copy_file("manifests/policies/report.json", "my-policy.json");
	copy_file("manifests/policies/conformance.json", "policy.json");
	write_inventory(&net->scene);
	write_file("url", net->server.url, strlen(net->server.url)); /* the last one: all is there */
}

/* Never returns */
static void run_in_guest(const struct fake_tsm *tsm, const char *id, char **given, int count)
{
	const char *argument[ARGUMENTS_MAX + 8] = {"collect",	    "--tsm",	   tsm->root, "--tcti",
						   fake_tpm_tcti(), "--event-log", "none"};
	char out[128], err[128];

	snprintf(out, sizeof(out), "%s.out", id);
	snprintf(err, sizeof(err), "%s.err", id);
	memcpy(argument + 7, given, (size_t)count * sizeof(*given));
	if (chdir(folder) != 0 || !freopen(out, "w", stdout) || !freopen(err, "w", stderr))
		_exit(99);
	count = command_collect(7 + count, (char **)(uintptr_t)argument);
	fflush(NULL);
	_exit(count);
}

static void serve_line(const struct fake_tsm *tsm, char *line)
{
	char *argument[ARGUMENTS_MAX], *rest = NULL, *id = strtok_r(line, "\t\n", &rest), name[64], text[16];
	int count = 0, status;
	pid_t child;

	while (count < ARGUMENTS_MAX && (argument[count] = strtok_r(NULL, "\t\n", &rest)) != NULL)
		count++;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_in_guest(tsm, id, argument, count);
	assert_int_equal(waitpid(child, &status, 0), child);
	snprintf(name, sizeof(name), "%.40s.status", id);
	snprintf(text, sizeof(text), "%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	write_file(name, text, strlen(text));
}

static void serve(const struct fake_tsm *tsm)
{
	char path[512], line[8192];
	FILE *pipe;
	int fd;

	snprintf(path, sizeof(path), "%s/guest", folder);
	fd = open(path, O_RDWR | O_CLOEXEC); /* for writing too: it does not end with each writer */
	pipe = fd >= 0 ? fdopen(fd, "r") : NULL;
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) && strcmp(line, "end\n") != 0)
		serve_line(tsm, line);
	fclose(pipe);
}

static void machine(void **unused)
{
	struct collect_request request = {.ek = TPM_EK_L1, .bank = TPM2_ALG_SHA256, .pcrs = 0x3ff};
	struct fixture_net net;
	struct fake_tsm tsm;
	struct error error;
	struct blob ak;

	(void)unused;
	fixture_net_open(&net);
	kds_server_add(&net.server, "/vlek/v1/Milan/cert_chain", &net.files.chain);
	kds_server_add(&net.server, "/vlek/v1/Milan/crl", &net.files.crl);
	/* A report alone covers the nonce. */
	memcpy(net.scene.report.report_data, net.scene.state.nonce, sizeof(net.scene.report.report_data));
	net.scene.keep_report_data = true;
	scene_build(&net.scene);
	tsm = (struct fake_tsm){.provider = "sev_guest", .report = net.scene.report};
	snprintf(tsm.root, sizeof(tsm.root), "%s/tsm", folder);
	assert_int_equal(mkdir(tsm.root, 0700), 0);
	request.tcti = fake_tpm_tcti();
	if (!collect_keys(&request, &tsm.manifest, &ak, &error))
		fail_msg("%s", error.text);
	blob_free(&ak);
	fake_tsm_use(&tsm);
	write_files(&net);
	serve(&tsm);
	fake_tsm_use(NULL);
	blob_free(&tsm.manifest);
	fixture_net_close(&net);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(machine, fake_tpm_start, fake_tpm_stop)};
	int failed;

	if (argc != 2) {
		fputs("usage: svsm-attest-guide-machine FOLDER\n", stderr);
		return 2;
	}
	folder = argv[1];
	curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests_name("machine", tests, NULL, NULL);
	fixture_end();
	curl_global_cleanup();
	return failed ? 1 : 0;
}
