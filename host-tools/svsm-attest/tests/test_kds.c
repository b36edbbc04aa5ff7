/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Certificates over HTTP: what is asked, how often, and what happens when KDS misbehaves. */
#include "fixture_net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NETWORK 4

static void busy_service(void **unused)
{
	static const unsigned int statuses[] = {429, 500, 503};
	char *noted = NULL;
	struct fixture_net net;
	size_t size;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.scene.certs.kds.notes = open_memstream(&noted, &size);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		fixture_folder_empty(net.cache);
		net.server.requests = 0;
		net.server.fail_status = statuses[i];
		net.server.fail_next = 3;
		assert_int_equal(fixture_net_judge(&net), 0);
		assert_int_equal(net.server.requests, 6);
	}
	fclose(net.scene.certs.kds.notes);
	assert_non_null(strstr(noted, "HTTP status 429; trying again"));
	free(noted);
	fixture_net_close(&net);
}

static void time_limit(void **unused)
{
	struct timeval from, to;
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.scene.certs.kds.limit_seconds = 1;
	net.server.fail_status = 429;
	net.server.fail_next = 1000000;
	gettimeofday(&from, NULL);
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	gettimeofday(&to, NULL);
	assert_true(to.tv_sec - from.tv_sec <= 8); /* one request of one second, with room for a busy machine */
	assert_true(net.server.requests > 2);
	/* A service that asks for more time than there is gets no second request. */
	net.server.requests = 0;
	net.server.retry_after = "3600";
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	assert_int_equal(net.server.requests, 1);
	fixture_net_close(&net);
}

/* What the service asks for is waited for; a date that is too far away ends the attempts. */
static void retry_after(void **unused)
{
	struct timespec from, to;
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.server.fail_status = 503;
	net.server.fail_next = 1;
	net.server.retry_after = "1";
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(fixture_net_judge(&net), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 >= 1000);
	assert_int_equal(net.server.requests, 4);
	fixture_folder_empty(net.cache);
	net.server.requests = 0;
	net.server.fail_next = 1;
	net.server.retry_after = "Fri, 31 Dec 2100 23:59:59 GMT";
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	assert_int_equal(net.server.requests, 1);
	fixture_net_close(&net);
}

/* It takes the connection and says nothing. */
static void silent_service(void **unused)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval from, to;
	struct fixture_net net;
	char url[64];

	(void)unused;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", ntohs(address.sin_port));
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.scene.certs.kds.url = url;
	net.scene.certs.kds.limit_seconds = 1;
	gettimeofday(&from, NULL);
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	gettimeofday(&to, NULL);
	assert_true(to.tv_sec - from.tv_sec <= 8);
	close(fd);
	fixture_net_close(&net);
}

static void nobody_there(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	kds_server_stop(&net.server);
	net.scene.certs.kds.limit_seconds = 1;
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	fixture_net_close(&net);
}

static void endless_answer(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.server.endless = true;
	assert_int_equal(fixture_net_judge(&net), NETWORK);
	fixture_net_close(&net);
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
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
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
	fixture_folder_empty(net.cache);
	net.server.requests = 0;
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_int_equal(net.server.requests, 1); /* the list only */
	/* A host that hands out something else costs a request, no more. */
	fixture_folder_empty(net.cache);
	table[24 * 4 + 100] ^= 1;
	json_object_set_new(net.scene.bundle, "certificates", fixture_base64(table, at));
	{
		char *text = json_dumps(net.scene.bundle, JSON_COMPACT);

		blob_free(&net.scene.bundle_bytes);
		assert_true(blob_copy(&net.scene.bundle_bytes, text, strlen(text)));
		free(text);
	}
	net.server.requests = 0;
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_true(net.server.requests >= 2);
	fixture_net_close(&net);
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
		cmocka_unit_test(busy_service),	    cmocka_unit_test(time_limit),   cmocka_unit_test(retry_after),
		cmocka_unit_test(silent_service),   cmocka_unit_test(nobody_there), cmocka_unit_test(endless_answer),
		cmocka_unit_test(host_table_first), cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests_name("certificates over HTTP", tests, NULL, NULL);
}
