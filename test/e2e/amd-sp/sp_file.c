/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *sp_file_path(const char *dir, const char *name)
{
	char *path = NULL;

	if (dir == NULL)
		return strdup(name);
	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static char *read_all(FILE *file, size_t *size)
{
	char *bytes = malloc(SP_FILE_MAX + 1);
	size_t count;

	if (bytes == NULL)
		return NULL;
	count = fread(bytes, 1, SP_FILE_MAX + 1, file);
	if (ferror(file) || count > SP_FILE_MAX) {
		free(bytes);
		errno = EFBIG;
		return NULL;
	}
	bytes[count] = '\0';
	*size = count;
	return bytes;
}

char *sp_file_read(const char *dir, const char *name, size_t *size)
{
	char *path = sp_file_path(dir, name), *bytes = NULL;
	FILE *file = path == NULL ? NULL : fopen(path, "rbe");
	size_t count = 0;

	if (file != NULL) {
		bytes = read_all(file, &count);
		fclose(file);
	}
	if (bytes == NULL)
		sp_error("cannot read %s: %s", path == NULL ? name : path, strerror(errno));
	free(path);
	if (size != NULL)
		*size = count;
	return bytes;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size != 0) {
		ssize_t count = write(fd, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		bytes += count;
		size -= (size_t)count;
	}
	return true;
}

bool sp_file_write(const char *dir, const char *name, const void *bytes, size_t size, mode_t mode)
{
	char *path = sp_file_path(dir, name), *temporary = NULL;
	bool done = false;
	int fd = -1;

	if (path == NULL || asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		goto out;
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		goto out;
	done = fchmod(fd, mode) == 0 && write_all(fd, bytes, size);
	done = close(fd) == 0 && done;
	done = done && rename(temporary, path) == 0;
	if (!done) {
		int cause = errno;

		unlink(temporary);
		errno = cause;
	}
out:
	if (!done)
		sp_error("cannot write %s: %s", path == NULL ? name : path, strerror(errno));
	free(temporary);
	free(path);
	return done;
}
