/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cache.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ENTRY_MAX 65536u
#define PATH_SIZE 4096u
#define LOCK_PAUSE_MS 50u

bool cache_default(char path[4096])
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int length;

	if (base && base[0] == '/')
		length = snprintf(path, PATH_SIZE, "%s/svsm-attest", base);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_SIZE, "%s/.cache/svsm-attest", home);
	else
		return false;
	return length > 0 && (size_t)length < PATH_SIZE;
}

/* One file for each entry, named by a digest: requests hold characters that file names must not. */
static bool entry_path(char out[PATH_SIZE], const char *folder, const char *url, const char *path, const char *suffix)
{
	uint8_t digest[32];
	size_t base = strlen(url), size = 0;
	char name[1024], *hex;
	int length;

	while (base > 0 && url[base - 1] == '/')
		base--;
	length = snprintf(name, sizeof(name), "%.*s%s", (int)base, url, path);
	if (length < 0 || (size_t)length >= sizeof(name) ||
	    !EVP_Q_digest(NULL, "SHA256", NULL, name, (size_t)length, digest, &size))
		return false;
	hex = blob_hex(digest, sizeof(digest));
	length = hex ? snprintf(out, PATH_SIZE, "%s/%s%s", folder, hex, suffix) : -1;
	free(hex);
	return length > 0 && (size_t)length < PATH_SIZE;
}

/* Folder and those above it, private to the user */
static bool make_folder(const char *folder)
{
	char path[PATH_SIZE];

	if (strlen(folder) >= sizeof(path))
		return false;
	strcpy(path, folder);
	for (char *at = path + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = 0;
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool age_of(const char *path, long *out)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	*out = (long)(time(NULL) - status.st_mtime);
	return true;
}

enum cache_answer cache_get(const char *folder, const char *url, const char *path, long max_age, struct blob *out)
{
	char name[PATH_SIZE];
	struct error error;
	long age;

	*out = (struct blob){NULL, 0};
	if (!folder || !entry_path(name, folder, url, path, ""))
		return CACHE_MISSING;
	/* A clock that was set back makes an entry stale, never fresh for ever. */
	if (age_of(name, &age) && file_read(name, ENTRY_MAX, out, &error))
		return age >= 0 && age < max_age ? CACHE_FRESH : CACHE_STALE;
	if (!entry_path(name, folder, url, path, ".unknown"))
		return CACHE_MISSING;
	return age_of(name, &age) && age >= 0 && age < CACHE_NEGATIVE_SECONDS ? CACHE_UNKNOWN : CACHE_MISSING;
}

void cache_put(const char *folder, const char *url, const char *path, const struct blob *bytes)
{
	char name[PATH_SIZE];
	struct error error;

	if (!folder || !make_folder(folder) || !entry_path(name, folder, url, path, ""))
		return;
	(void)!file_write(name, bytes->data, bytes->size, 0600, &error);
	if (entry_path(name, folder, url, path, ".unknown"))
		unlink(name);
}

void cache_put_unknown(const char *folder, const char *url, const char *path)
{
	char name[PATH_SIZE];
	struct error error;

	if (folder && make_folder(folder) && entry_path(name, folder, url, path, ".unknown"))
		(void)!file_write(name, path, strlen(path), 0600, &error);
}

void cache_forget(const char *folder, const char *url, const char *path)
{
	char name[PATH_SIZE];

	if (folder && entry_path(name, folder, url, path, ""))
		unlink(name);
}

int cache_lock(const char *folder, const char *url, const char *path, unsigned int limit_seconds)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000};
	char name[PATH_SIZE];
	int fd;

	if (!folder || !make_folder(folder) || !entry_path(name, folder, url, path, ".lock"))
		return -1;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	for (uint64_t tries = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || tries >= limit_seconds * (1000 / LOCK_PAUSE_MS)) {
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}
