/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The activation secret leaves no trace in memory: after each use all memory that this process can write is searched
 * for it, as bytes, hexadecimal digits and base64. The test itself keeps it inverted.
 */
#include "credential.h"
#include "fixture.h"
#include "json_read.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FORMS 3
#define FORM_MAX 96u
#define WINDOW (1u << 20)

static struct {
	uint8_t inverted[FORM_MAX];
	size_t size;
	const char *name;
} forms[FORMS];

static void remember(size_t at, const char *name, const void *data, size_t size)
{
	assert_true(size <= FORM_MAX);
	for (size_t i = 0; i < size; i++)
		forms[at].inverted[i] = (uint8_t) ~((const uint8_t *)data)[i];
	forms[at].size = size;
	forms[at].name = name;
}

/* Recalls the secret; the caller clears it. */
static void recall(uint8_t secret[STATE_SECRET_SIZE])
{
	for (size_t i = 0; i < STATE_SECRET_SIZE; i++)
		secret[i] = (uint8_t)~forms[0].inverted[i];
}

static void choose_secret(void)
{
	uint8_t secret[STATE_SECRET_SIZE];
	char *hex, *base64;

	assert_int_equal(RAND_bytes(secret, sizeof(secret)), 1);
	hex = blob_hex(secret, sizeof(secret));
	base64 = blob_base64(secret, sizeof(secret));
	remember(0, "bytes", secret, sizeof(secret));
	remember(1, "hexadecimal digits", hex, strlen(hex));
	remember(2, "base64", base64, strlen(base64));
	OPENSSL_cleanse(hex, strlen(hex));
	OPENSSL_cleanse(base64, strlen(base64));
	OPENSSL_cleanse(secret, sizeof(secret));
	free(hex);
	free(base64);
}

static bool stands_at(const uint8_t *bytes, size_t form)
{
	for (size_t i = 0; i < forms[form].size; i++) {
		if (bytes[i] != 255 - forms[form].inverted[i])
			return false;
	}
	return true;
}

static unsigned int search_range(int memory, uint8_t *window, uint64_t from, uint64_t to)
{
	unsigned int found = 0;

	for (uint64_t at = from; at < to; at += WINDOW - FORM_MAX) {
		size_t size = to - at < WINDOW ? (size_t)(to - at) : WINDOW;
		ssize_t count = pread(memory, window, size, (off_t)at);

		for (size_t i = 0; count > 0 && i + FORM_MAX <= (size_t)count; i++) {
			for (size_t form = 0; form < FORMS; form++) {
				if (window[i] != 255 - forms[form].inverted[0] || !stands_at(window + i, form))
					continue;
				print_message("the secret's %s at %llx\n", forms[form].name,
					      (unsigned long long)(at + i));
				found++;
			}
		}
		OPENSSL_cleanse(window, WINDOW);
	}
	return found;
}

/* How often the secret stands in memory that this process can write */
static unsigned int traces(void)
{
	uint8_t *window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned int found = 0;
	char line[512], rights[8];
	uint64_t from, to;

	assert_true(window != MAP_FAILED && memory >= 0 && maps);
	while (fgets(line, sizeof(line), maps)) {
		assert_int_equal(sscanf(line, "%lx-%lx %7s", &from, &to, rights), 3);
		/* Not the shadow memory of the sanitizers, which is terabytes */
		if (rights[0] == 'r' && rights[1] == 'w' && to - from < 1ull << 32 &&
		    from != (uint64_t)(uintptr_t)window)
			found += search_range(memory, window, from, to);
	}
	fclose(maps);
	close(memory);
	munmap(window, WINDOW);
	return found;
}

/* Below the caller's frame: what it leaves on the stack is searched too. */
static __attribute__((noinline)) void make_credential(const char *path)
{
	struct blob ek_bytes = fixture_ek(fixture_keys()->ek_rsa, NULL),
		    ecc_bytes = fixture_ek(fixture_keys()->ek_ecc, NULL);
	struct blob ak_bytes = fixture_ak(fixture_keys()->ak_ecc, NULL);
	struct state state = {.has_credential = true, .expires = time(NULL) + 60};
	const struct blob *const eks[] = {&ek_bytes, &ecc_bytes};
	struct credential credential;
	struct tpm_public ek, ak;
	struct error error;

	recall(state.secret);
	assert_true(tpm_public_parse(&ak, "ak", ak_bytes.data, ak_bytes.size, &error));
	for (size_t i = 0; i < 2; i++) {
		assert_true(tpm_public_parse(&ek, "ek", eks[i]->data, eks[i]->size, &error));
		assert_true(credential_make(&ek, &ak, state.secret, sizeof(state.secret), &credential, &error));
		credential_free(&credential);
		tpm_public_free(&ek);
	}
	assert_true(blob_copy(&state.ek, ek_bytes.data, ek_bytes.size));
	assert_true(blob_copy(&state.ak, ak_bytes.data, ak_bytes.size));
	assert_true(state_write(path, &state, &error));
	state_free(&state);
	tpm_public_free(&ak);
	blob_free(&ek_bytes);
	blob_free(&ecc_bytes);
	blob_free(&ak_bytes);
}

static __attribute__((noinline)) void read_state(const char *path)
{
	struct state state;
	struct error error;

	assert_true(state_read(path, &state, &error));
	state_free(&state);
}

static void no_trace(void **unused)
{
	char folder[] = "/tmp/svsm-attest-secret.XXXXXX", path[64];
	uint8_t secret[STATE_SECRET_SIZE];

	(void)unused;
	json_read_wipe_memory();
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state.json", folder);
	choose_secret();
	assert_int_equal(traces(), 0);
	recall(secret);
	assert_true(traces() > 0); /* the search finds one that is there */
	OPENSSL_cleanse(secret, sizeof(secret));
	make_credential(path);
	assert_int_equal(traces(), 0);
	read_state(path);
	assert_int_equal(traces(), 0);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
	json_set_alloc_funcs(malloc, free);
}

int test_secrets_run(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_trace)};

	return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
