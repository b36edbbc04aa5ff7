/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Certificates over HTTP and out of the cache: what is asked, how often, and what happens when KDS misbehaves. */
#include "fixture.h"

#include "cache.h"
#include "file.h"
#include "fixture_certs.h"
#include "kds_server.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define NETWORK 4
#define CHAIN 11
#define REVOCATION 12

/* A scene whose certificates come from a server */
struct net {
	struct scene scene;
	struct kds_server server;
	struct fixture_files files;
	char cache[64], vcek_path[512];
};

static void hex_id(const struct scene *scene, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", scene->report.chip_id[i]);
}

static void open_net(struct net *net)
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

static void empty_folder(const char *path)
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

static void close_net(struct net *net)
{
	kds_server_stop(&net->server);
	scene_close(&net->scene);
	fixture_files_free(&net->files);
	empty_folder(net->cache);
	assert_int_equal(rmdir(net->cache), 0);
}

/* Judges once more, with the same evidence. The test root is the one whose chain is served. */
static int judge(struct net *net)
{
	struct verify verify = net->scene.verify;
	struct certificate_list roots;
	int code;

	memset(&verify.evidence, 0, sizeof(verify) - offsetof(struct verify, evidence));
	assert_true(certificate_list_parse(&roots, &net->files.root));
	verify.test_roots = &roots;
	verify_run(&verify);
	code = verify_exit_code(&verify);
	if (getenv("SHOW"))
		verify_print(&verify, false, stderr);
	verify_free(&verify);
	certificate_list_free(&roots);
	return code;
}

static void prepare(struct net *net)
{
	scene_build(&net->scene);
	(void)scene_run(&net->scene); /* fills what judge() copies; its own roots are others */
	net->server.requests = 0;
	empty_folder(net->cache);
}

static void asked_once(void **unused)
{
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	assert_int_equal(judge(&net), 0);
	assert_int_equal(net.server.requests, 3);
	assert_int_equal(judge(&net), 0);
	assert_int_equal(net.server.requests, 3);
	net.scene.certs.offline = true;
	kds_server_stop(&net.server);
	assert_int_equal(judge(&net), 0);
	close_net(&net);
}

static void offline_without_cache(void **unused)
{
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	net.scene.certs.offline = true;
	assert_int_equal(judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 0);
	close_net(&net);
}

static void busy_service(void **unused)
{
	static const unsigned int statuses[] = {429, 500, 503};
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		empty_folder(net.cache);
		net.server.requests = 0;
		net.server.fail_status = statuses[i];
		net.server.fail_next = 3;
		assert_int_equal(judge(&net), 0);
		assert_int_equal(net.server.requests, 6);
	}
	close_net(&net);
}

static void time_limit(void **unused)
{
	struct timeval from, to;
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	net.scene.certs.kds.limit_seconds = 1;
	net.server.fail_status = 429;
	net.server.fail_next = 1000000;
	gettimeofday(&from, NULL);
	assert_int_equal(judge(&net), NETWORK);
	gettimeofday(&to, NULL);
	assert_true(to.tv_sec - from.tv_sec <= 8); /* one request of one second, with room for a busy machine */
	assert_true(net.server.requests > 2);
	/* A service that asks for more time than there is gets no second request. */
	net.server.requests = 0;
	net.server.retry_after = "3600";
	assert_int_equal(judge(&net), NETWORK);
	assert_int_equal(net.server.requests, 1);
	close_net(&net);
}

static void nobody_there(void **unused)
{
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	kds_server_stop(&net.server);
	net.scene.certs.kds.limit_seconds = 1;
	assert_int_equal(judge(&net), NETWORK);
	close_net(&net);
}

/* A chip that KDS does not know is not asked for again and again. */
static void unknown_chip(void **unused)
{
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	net.server.file[0].path[0] = 'x';
	assert_int_equal(judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 1);
	assert_int_equal(judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 1);
	close_net(&net);
}

static void endless_answer(void **unused)
{
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	net.server.endless = true;
	assert_int_equal(judge(&net), NETWORK);
	close_net(&net);
}

static void garbage_is_not_kept(void **unused)
{
	const struct blob garbage = {(uint8_t *)(uintptr_t) "<html>", 6};
	struct blob good;
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	for (size_t i = 0; i < 2; i++) {
		good = net.server.file[i].body;
		net.server.file[i].body = garbage;
		assert_int_equal(judge(&net), CHAIN);
		net.server.file[i].body = good;
		assert_int_equal(judge(&net), 0);
		empty_folder(net.cache);
	}
	close_net(&net);
}

/* Whatever lies in the cache is checked like what the network gives. */
static void poisoned_cache(void **unused)
{
	struct fixture_certificates other;
	struct fixture_files files;
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	assert_int_equal(judge(&net), 0);
	other = net.scene.certificates;
	other.crl_signer = fixture_keys()->ask;
	fixture_make_certificates(&other, &files);
	cache_put(net.cache, net.server.url, "/vcek/v1/Milan/crl", &files.crl);
	assert_int_equal(judge(&net), REVOCATION);
	fixture_files_free(&files);
	close_net(&net);
}

/* A list that is more than a day old is asked for again; when nobody answers, the old one serves while it is valid. */
static void stale_list(void **unused)
{
	struct timeval old[2] = {{.tv_sec = time(NULL) - 2 * 86400}, {.tv_sec = time(NULL) - 2 * 86400}};
	struct dirent *entry;
	struct net net;
	char name[512];
	DIR *folder;

	(void)unused;
	open_net(&net);
	prepare(&net);
	assert_int_equal(judge(&net), 0);
	folder = opendir(net.cache);
	while ((entry = readdir(folder)) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", net.cache, entry->d_name);
		if (entry->d_name[0] != '.')
			assert_int_equal(utimes(name, old), 0);
	}
	closedir(folder);
	net.server.requests = 0;
	net.scene.certs.kds.limit_seconds = 1;
	net.server.fail_status = 500;
	net.server.fail_next = 1000000;
	assert_int_equal(judge(&net), 0);
	assert_true(net.server.requests > 0);
	net.server.fail_next = 0;
	net.server.requests = 0;
	assert_int_equal(judge(&net), 0);
	assert_int_equal(net.server.requests, 1);
	assert_int_equal(judge(&net), 0);
	assert_int_equal(net.server.requests, 1);
	close_net(&net);
}

/* Processes that start at once ask for each part once, together. */
static void many_at_once(void **unused)
{
	int status, good = 0;
	struct net net;

	(void)unused;
	open_net(&net);
	prepare(&net);
	for (int i = 0; i < 8; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(judge(&net) == 0 ? 1 : 0);
	}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		good += WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	assert_int_equal(good, 8);
	assert_int_equal(net.server.requests, 3);
	close_net(&net);
}

static void host_table_first(void **unused)
{
	/* {VCEK, ASK, ARK}: GUID, offset, length; zeros; data */
	static const uint8_t guids[3][16] = {
		{0x8d, 0x75, 0xda, 0x63, 0x64, 0xe6, 0x64, 0x45, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd},
		{0x79, 0xb3, 0xb7, 0x4a, 0xac, 0xbb, 0xe4, 0x4f, 0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82},
		{0xa4, 0x06, 0xb4, 0xc0, 0x03, 0xa8, 0x52, 0x49, 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae}};
	uint8_t table[16384] = {0};
	struct certificate_list authorities;
	uint32_t at = 4 * 24;
	struct net net;

	(void)unused;
	open_net(&net);
	assert_true(certificate_list_parse(&authorities, &net.files.chain));
	for (size_t i = 0; i < 3; i++) {
		unsigned char *der = NULL;
		int size = i == 0 ? (int)net.files.vcek.size : i2d_X509(authorities.item[i - 1], &der);
		uint32_t length = (uint32_t)size;

		memcpy(table + 24 * i, guids[i], 16);
		memcpy(table + 24 * i + 16, &at, 4);
		memcpy(table + 24 * i + 20, &length, 4);
		memcpy(table + at, i == 0 ? net.files.vcek.data : der, length);
		at += length;
		OPENSSL_free(der);
	}
	certificate_list_free(&authorities);
	scene_build(&net.scene);
	json_object_set_new(net.scene.bundle, "certificates", fixture_base64(table, at));
	(void)scene_run(&net.scene);
	empty_folder(net.cache);
	net.server.requests = 0;
	assert_int_equal(judge(&net), 0);
	assert_int_equal(net.server.requests, 1); /* the list only */
	/* A host that hands out something else costs a request, no more. */
	empty_folder(net.cache);
	table[24 * 4 + 100] ^= 1;
	json_object_set_new(net.scene.bundle, "certificates", fixture_base64(table, at));
	{
		char *text = json_dumps(net.scene.bundle, JSON_COMPACT);

		blob_free(&net.scene.bundle_bytes);
		assert_true(blob_copy(&net.scene.bundle_bytes, text, strlen(text)));
		free(text);
	}
	net.server.requests = 0;
	assert_int_equal(judge(&net), 0);
	assert_true(net.server.requests >= 2);
	close_net(&net);
}

/* KDS_PATHs, as AMD documents them */
static void paths(void **unused)
{
	const struct tcb tcb = {.fmc = 1, .bootloader = 2, .tee = 3, .snp = 4, .microcode = 81};
	uint8_t id[64] = {0xab, 1, 2, 3, 4, 5, 6, 7};
	char path[KDS_PATH_MAX];

	(void)unused;
	kds_path_chain(path, PRODUCT_GENOA, false);
	assert_string_equal(path, "/vcek/v1/Genoa/cert_chain");
	kds_path_chain(path, PRODUCT_MILAN, true);
	assert_string_equal(path, "/vlek/v1/Milan/cert_chain");
	kds_path_crl(path, PRODUCT_TURIN, true);
	assert_string_equal(path, "/vlek/v1/Turin/crl");
	kds_path_vcek(path, PRODUCT_TURIN, id, &tcb);
	assert_string_equal(path, "/vcek/v1/Turin/ab01020304050607?fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=81");
	memset(id, 0xff, sizeof(id));
	kds_path_vcek(path, PRODUCT_MILAN, id, &tcb);
	assert_int_equal(strlen(path),
			 strlen("/vcek/v1/Milan/") + 128 + strlen("?blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=81"));
}

int test_kds_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(asked_once),
		cmocka_unit_test(offline_without_cache),
		cmocka_unit_test(busy_service),
		cmocka_unit_test(time_limit),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(unknown_chip),
		cmocka_unit_test(endless_answer),
		cmocka_unit_test(garbage_is_not_kept),
		cmocka_unit_test(poisoned_cache),
		cmocka_unit_test(stale_list),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(host_table_first),
	};

	return cmocka_run_group_tests_name("certificates over HTTP", tests, NULL, NULL);
}
