/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The relying party's state: kept private, used once, gone after its time. */
#include "fixture.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[128];

static int make_folder(void **unused)
{
	(void)unused;
	snprintf(folder, sizeof(folder), "/tmp/svsm-attest-state.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/state.json", folder);
	return 0;
}

static int remove_folder(void **unused)
{
	(void)unused;
	unlink(path);
	return rmdir(folder);
}

static void write_state(time_t expires)
{
	struct state state = {.expires = expires, .has_credential = true};
	struct error error;

	memset(state.nonce, 0x5a, sizeof(state.nonce));
	memset(state.secret, 0xa5, sizeof(state.secret));
	assert_true(blob_copy(&state.ek, "ek", 2) && blob_copy(&state.ak, "ak", 2));
	assert_true(state_write(path, &state, &error));
	state_free(&state);
}

static void is_private_and_complete(void **unused)
{
	struct stat status;
	struct state state;
	struct error error;

	(void)unused;
	write_state(time(NULL) + 60);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_true(state_read(path, &state, &error));
	assert_int_equal(state.nonce[63], 0x5a);
	assert_int_equal(state.secret[31], 0xa5);
	assert_int_equal(state.ek.size, 2);
	state_free(&state);
}

static void expires(void **unused)
{
	struct state state;
	struct error error;

	(void)unused;
	write_state(time(NULL));
	assert_false(state_read(path, &state, &error));
	assert_non_null(strstr(error.text, "expired"));
}

static void is_good_once(void **unused)
{
	struct state state;
	struct error error;
	int lock, second;

	(void)unused;
	write_state(time(NULL) + 60);
	assert_true(state_take(path, &state, &lock, &error));
	state_free(&state);
	/* Meanwhile nobody else gets it, */
	assert_false(state_take(path, &state, &second, &error));
	assert_non_null(strstr(error.text, "another process"));
	assert_true(state_release(path, lock, true, &error));
	/* and afterwards it is gone. */
	assert_false(state_take(path, &state, &second, &error));
	assert_non_null(strstr(error.text, "one verdict"));
}

static void is_kept_without_a_verdict(void **unused)
{
	struct state state;
	struct error error;
	int lock;

	(void)unused;
	write_state(time(NULL) + 60);
	assert_true(state_take(path, &state, &lock, &error));
	state_free(&state);
	assert_true(state_release(path, lock, false, &error));
	assert_true(state_take(path, &state, &lock, &error));
	state_free(&state);
	assert_true(state_release(path, lock, true, &error));
}

/* Many processes want the same challenge: one gets it. */
static void one_of_many(void **unused)
{
	int winners = 0, status;

	(void)unused;
	write_state(time(NULL) + 60);
	for (int i = 0; i < 16; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			struct state state;
			struct error error;
			int lock;
			bool won = state_take(path, &state, &lock, &error) && state_release(path, lock, true, &error);

			_exit(won ? 1 : 0);
		}
	}
	for (int i = 0; i < 16; i++) {
		assert_true(wait(&status) > 0);
		winners += WEXITSTATUS(status);
	}
	assert_int_equal(winners, 1);
}

static void damaged_state(void **unused)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"format\":\"svsm-attest-state\",\"version\":1,\"expires\":9999999999}",
		"{\"format\":\"svsm-attest-state\",\"version\":1,\"expires\":-1,\"nonce\":\"00\",\"credential\":null}",
		"{\"format\":\"svsm-attest-state\",\"version\":1,\"expires\":9999999999,\"nonce\":\"00\","
		"\"credential\":null}"};
	struct state state;
	struct error error;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(file_write(path, bad[i], strlen(bad[i]), 0600, &error));
		assert_false(state_read(path, &state, &error));
	}
}

int test_state_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_private_and_complete, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(expires, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(is_good_once, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(is_kept_without_a_verdict, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(one_of_many, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(damaged_state, make_folder, remove_folder),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
