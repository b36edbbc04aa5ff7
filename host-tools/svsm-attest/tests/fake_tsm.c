/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fake_tsm.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __real_rmdir(const char *path);
int __wrap_rmdir(const char *path);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static struct fake_tsm *tsm;
static unsigned int generation;

static const char *const plain[] = {"provider", "generation", "privlevel", "privlevel_floor",
				    "inblob",	"outblob",    "auxblob"};
static const char *const with_svsm[] = {"service_provider", "service_guid", "service_manifest_version", "manifestblob"};

void fake_tsm_use(struct fake_tsm *fake)
{
	tsm = fake;
}

static bool inside(const char *path)
{
	return tsm && strncmp(path, tsm->root, strlen(tsm->root)) == 0 && path[strlen(tsm->root)] == '/';
}

static void put(const char *entry, const char *name, const void *data, size_t size)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", entry, name);
	fd = __real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static size_t get(const char *entry, const char *name, void *data, size_t max)
{
	char path[512];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", entry, name);
	fd = __real_open(path, O_RDONLY);
	size = fd < 0 ? 0 : read(fd, data, max);
	if (fd >= 0)
		close(fd);
	return size < 0 ? 0 : (size_t)size;
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	int result = __real_mkdir(path, mode);

	if (result != 0 || !inside(path))
		return result;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		put(path, plain[i], "", 0);
	for (size_t i = 0; !tsm->no_svsm && i < sizeof(with_svsm) / sizeof(with_svsm[0]); i++)
		put(path, with_svsm[i], "", 0);
	generation = 0;
	tsm->entries++;
	return 0;
}

int __wrap_rmdir(const char *path)
{
	char name[512];
	int result;

	if (!inside(path))
		return __real_rmdir(path);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", path, plain[i]);
		unlink(name);
	}
	for (size_t i = 0; i < sizeof(with_svsm) / sizeof(with_svsm[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", path, with_svsm[i]);
		unlink(name);
	}
	result = __real_rmdir(path);
	tsm->entries -= result == 0;
	return result;
}

static void write_blobs(const char *entry)
{
	struct snp_report report = tsm->report;
	uint8_t input[64 + 8192];
	char provider[16] = "", level[16] = "0";
	const struct blob *manifest = &tsm->services;
	bool svsm, refused;

	assert_int_equal(get(entry, "inblob", input, sizeof(input)), 64);
	get(entry, "privlevel", level, sizeof(level) - 1);
	svsm = get(entry, "service_provider", provider, sizeof(provider) - 1) == 4 && strcmp(provider, "svsm") == 0;
	memset(tsm->service_guid, 0, sizeof(tsm->service_guid));
	memset(tsm->service_manifest_version, 0, sizeof(tsm->service_manifest_version));
	if (svsm && get(entry, "service_guid", tsm->service_guid, sizeof(tsm->service_guid) - 1) > 0)
		manifest = &tsm->manifest;
	get(entry, "service_manifest_version", tsm->service_manifest_version,
	    sizeof(tsm->service_manifest_version) - 1);
	report.vmpl = svsm ? 0 : tsm->report.vmpl;
	memcpy(report.report_data, input, 64);
	if (svsm) {
		assert_true(manifest->size <= sizeof(input) - 64);
		memcpy(input + 64, manifest->data, manifest->size);
		SHA512(input, 64 + manifest->size, report.report_data);
		put(entry, "manifestblob", manifest->data, manifest->size);
	}
	fixture_sign_report(&report, fixture_keys()->vcek);
	refused = tsm->refused || (!svsm && strtoul(level, NULL, 10) < tsm->floor);
	put(entry, "outblob", &report, refused ? 0 : sizeof(report));
	put(entry, "auxblob", tsm->certificates.data, tsm->certificates.size);
}

int __wrap_open(const char *path, int flags, ...)
{
	char entry[512], text[24];
	const char *name;

	/* Nobody here makes a file with open(): the mode is never needed. */
	if (!inside(path))
		return __real_open(path, flags, 0600);
	name = strrchr(path, '/') + 1;
	snprintf(entry, sizeof(entry), "%.*s", (int)(name - 1 - path), path);
	if ((flags & O_ACCMODE) == O_WRONLY) {
		generation++;
		return __real_open(path, flags | O_TRUNC);
	}
	if (strcmp(name, "provider") == 0) {
		snprintf(text, sizeof(text), "%s\n", tsm->provider);
		put(entry, name, text, strlen(text));
	}
	if (strcmp(name, "privlevel_floor") == 0) {
		snprintf(text, sizeof(text), "%u\n", tsm->floor);
		put(entry, name, text, strlen(text));
	}
	if (strcmp(name, "generation") == 0) {
		if (tsm->disturbances > 0) {
			tsm->disturbances--;
			generation++;
		}
		snprintf(text, sizeof(text), "%u\n", generation);
		put(entry, name, text, strlen(text));
	}
	if (strcmp(name, "outblob") == 0)
		write_blobs(entry);
	return __real_open(path, flags);
}
