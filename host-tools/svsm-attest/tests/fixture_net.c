/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture_net.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static void hex_id(const struct scene *scene, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", scene->report.chip_id[i]);
}

void fixture_net_open(struct fixture_net *net)
{
	char id[129];

	memset(net, 0, sizeof(*net));
	scene_open(&net->scene);
	snprintf(net->cache, sizeof(net->cache), "/tmp/svsm-attest-cache.XXXXXX");
	assert_non_null(mkdtemp(net->cache));
	fixture_make_certificates(&net->scene.certificates, &net->files);
	hex_id(&net->scene, 64, id);
	snprintf(net->vcek_path, sizeof(net->vcek_path), "/vcek/v1/Milan/%s?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219",
		 id);
	kds_server_add(&net->server, net->vcek_path, &net->files.vcek);
	kds_server_add(&net->server, "/vcek/v1/Milan/cert_chain", &net->files.chain);
	kds_server_add(&net->server, "/vcek/v1/Milan/crl", &net->files.crl);
	assert_true(kds_server_start(&net->server));
	net->scene.certs =
		(struct certs){.cache = net->cache, .kds = {.url = net->server.url, .limit_seconds = 5, .wait_ms = 10}};
}

void fixture_folder_empty(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[512];

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(name);
	}
	closedir(folder);
}

void fixture_folder_age(const char *path, long seconds)
{
	struct timeval old[2] = {{.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[512];

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			assert_int_equal(utimes(name, old), 0);
	}
	closedir(folder);
}

void fixture_net_close(struct fixture_net *net)
{
	kds_server_stop(&net->server);
	scene_close(&net->scene);
	fixture_files_free(&net->files);
	fixture_folder_empty(net->cache);
	assert_int_equal(rmdir(net->cache), 0);
}

/* Judges once more, with the same evidence. The test root is the one whose chain is served. */
int fixture_net_judge(struct fixture_net *net)
{
	struct verify verify = net->scene.verify;
	struct certificate_list roots;
	int code;

	memset(&verify.evidence, 0, sizeof(verify) - offsetof(struct verify, evidence));
	assert_true(certificate_list_parse(&roots, &net->files.root));
	verify.test_roots = &roots;
	verify_run(&verify);
	code = verify_exit_code(&verify);
	verify_free(&verify);
	certificate_list_free(&roots);
	return code;
}

void fixture_net_prepare(struct fixture_net *net)
{
	scene_build(&net->scene);
	(void)scene_run(&net->scene); /* fills what fixture_net_judge() copies; its own roots are others */
	net->server.requests = 0;
	fixture_folder_empty(net->cache);
}
