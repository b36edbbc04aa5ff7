/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The cache: asked once, never believed, shared by processes, some of which stop or are killed. */
#include "cache.h"
#include "fixture_net.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHAIN 11
#define REVOCATION 12

static void asked_once(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_int_equal(net.server.requests, 3);
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_int_equal(net.server.requests, 3);
	net.scene.certs.offline = true;
	kds_server_stop(&net.server);
	assert_int_equal(fixture_net_judge(&net), 0);
	fixture_net_close(&net);
}

static void offline_without_cache(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.scene.certs.offline = true;
	assert_int_equal(fixture_net_judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 0);
	fixture_net_close(&net);
}

/* A chip that KDS does not know is not asked for again and again. */
static void unknown_chip(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	net.server.file[0].path[0] = 'x';
	assert_int_equal(fixture_net_judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 1);
	assert_int_equal(fixture_net_judge(&net), CHAIN);
	assert_int_equal(net.server.requests, 1);
	/* After a while it may have become known. */
	fixture_folder_age(net.cache, CACHE_NEGATIVE_SECONDS + 1);
	net.server.file[0].path[0] = '/';
	assert_int_equal(fixture_net_judge(&net), 0);
	fixture_net_close(&net);
}

static void garbage_is_not_kept(void **unused)
{
	const struct blob garbage = {(uint8_t *)(uintptr_t) "<html>", 6};
	struct blob good;
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	for (size_t i = 0; i < 2; i++) {
		good = net.server.file[i].body;
		net.server.file[i].body = garbage;
		assert_int_equal(fixture_net_judge(&net), CHAIN);
		net.server.file[i].body = good;
		assert_int_equal(fixture_net_judge(&net), 0);
		fixture_folder_empty(net.cache);
	}
	good = net.server.file[2].body;
	net.server.file[2].body = garbage;
	assert_int_equal(fixture_net_judge(&net), REVOCATION);
	net.server.file[2].body = good;
	assert_int_equal(fixture_net_judge(&net), 0);
	fixture_net_close(&net);
}

/* A list that has ended is asked for again, however young its copy in the cache is. */
static void ended_list(void **unused)
{
	struct fixture_certificates old;
	struct fixture_files files;
	struct blob good;
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	/* Of the same ARK: only the list is taken from these files. */
	old = net.scene.certificates;
	old.crl_ends = -3600;
	fixture_make_certificates(&old, &files);
	good = net.server.file[2].body;
	net.server.file[2].body = files.crl;
	assert_int_equal(fixture_net_judge(&net), REVOCATION);
	net.server.file[2].body = good;
	assert_int_equal(fixture_net_judge(&net), 0);
	fixture_files_free(&files);
	fixture_net_close(&net);
}

/* Whatever lies in the cache is checked like what the network gives. */
static void poisoned_cache(void **unused)
{
	struct fixture_certificates other;
	struct fixture_files files;
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	assert_int_equal(fixture_net_judge(&net), 0);
	other = net.scene.certificates;
	other.crl_signer = fixture_keys()->ask;
	fixture_make_certificates(&other, &files);
	cache_put(net.cache, net.server.url, "/vcek/v1/Milan/crl", &files.crl);
	assert_int_equal(fixture_net_judge(&net), REVOCATION);
	fixture_files_free(&files);
	fixture_net_close(&net);
}

/* A list that is more than a day old is asked for again; when nobody answers, the old one serves while it is valid. */
static void stale_list(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	assert_int_equal(fixture_net_judge(&net), 0);
	fixture_folder_age(net.cache, 2 * 86400);
	net.server.requests = 0;
	net.scene.certs.kds.limit_seconds = 1;
	net.server.fail_status = 500;
	net.server.fail_next = 1000000;
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_true(net.server.requests > 0);
	net.server.fail_next = 0;
	net.server.requests = 0;
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_int_equal(net.server.requests, 1);
	assert_int_equal(fixture_net_judge(&net), 0);
	assert_int_equal(net.server.requests, 1);
	fixture_net_close(&net);
}

/* Processes that judge at once; how many of them end with this code */
static int many(struct fixture_net *net, int code)
{
	int status, good = 0;

	for (int i = 0; i < 8; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(fixture_net_judge(net) == code ? 1 : 0);
	}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		good += WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	return good;
}

/* They ask for each part once, together, and once for what the service does not know. */
static void many_at_once(void **unused)
{
	struct fixture_net net;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	assert_int_equal(many(&net, 0), 8);
	assert_int_equal(net.server.requests, 3);
	fixture_folder_empty(net.cache);
	net.server.requests = 0;
	net.server.file[0].path[0] = 'x';
	assert_int_equal(many(&net, CHAIN), 8);
	assert_int_equal(net.server.requests, 1);
	fixture_net_close(&net);
}

/* A process that has stopped while it fetches does not stop another for longer than its limit. */
static void stopped_holder(void **unused)
{
	struct timeval from, to;
	struct fixture_net net;
	int lock;

	(void)unused;
	fixture_net_open(&net);
	fixture_net_prepare(&net);
	lock = cache_lock(net.cache, net.server.url, "/vcek/v1/Milan/crl", 1);
	assert_true(lock >= 0);
	net.scene.certs.kds.limit_seconds = 1;
	gettimeofday(&from, NULL);
	assert_int_equal(fixture_net_judge(&net), 0);
	gettimeofday(&to, NULL);
	assert_true(to.tv_sec - from.tv_sec <= 8);
	assert_int_equal(net.server.requests, 3);
	close(lock);
	fixture_net_close(&net);
}

#define LETTERS 60000u

/* Writes the entry again and again, all of one letter or half as many of another */
static void write_for_ever(const char *folder)
{
	static uint8_t letters[2][LETTERS];
	struct blob entry[2] = {{letters[0], LETTERS}, {letters[1], LETTERS / 2}};

	memset(letters[0], 'a', LETTERS);
	memset(letters[1], 'b', LETTERS);
	for (unsigned int i = 0;; i++)
		cache_put(folder, "http://x", "/y", &entry[i % 2]);
}

static unsigned int read_entry(const char *folder)
{
	struct blob entry;

	if (cache_get(folder, "http://x", "/y", 60, &entry) != CACHE_FRESH)
		return 0;
	assert_int_equal(entry.size, entry.data[0] == 'a' ? LETTERS : LETTERS / 2);
	for (size_t i = 0; i < entry.size; i++)
		assert_int_equal(entry.data[i], entry.data[0]);
	blob_free(&entry);
	return 1;
}

/* Writers that are killed wherever they are leave a whole entry: the old one or the new one. */
static void killed_writers(void **unused)
{
	const struct timespec pause = {.tv_nsec = 7000000};
	char folder[] = "/tmp/svsm-attest-cache.XXXXXX";
	unsigned int seen = 0;
	pid_t child[3];

	(void)unused;
	assert_non_null(mkdtemp(folder));
	for (int round = 0; round < 12; round++) {
		for (size_t i = 0; i < 3; i++) {
			child[i] = fork();
			assert_true(child[i] >= 0);
			if (child[i] == 0)
				write_for_ever(folder);
		}
		for (size_t i = 0; i < 3; i++) {
			nanosleep(&pause, NULL);
			seen += read_entry(folder);
			kill(child[i], SIGKILL);
			assert_int_equal(waitpid(child[i], NULL, 0), child[i]);
			seen += read_entry(folder);
		}
	}
	assert_true(seen > 0);
	fixture_folder_empty(folder);
	assert_int_equal(rmdir(folder), 0);
}

int test_cache_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_once),	  cmocka_unit_test(offline_without_cache),
		cmocka_unit_test(unknown_chip),	  cmocka_unit_test(garbage_is_not_kept),
		cmocka_unit_test(ended_list),	  cmocka_unit_test(poisoned_cache),
		cmocka_unit_test(stale_list),	  cmocka_unit_test(many_at_once),
		cmocka_unit_test(stopped_holder), cmocka_unit_test(killed_writers),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
