/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_STEP 65536u

/* Reads to the end of the file or one byte past `max`. */
static bool read_all(int fd, size_t max, struct blob *out)
{
	size_t capacity = 0;

	for (;;) {
		ssize_t count;

		if (capacity - out->size < READ_STEP) {
			/* Not realloc(), which may leave a copy of a secret behind */
			uint8_t *larger = malloc(capacity + 2 * READ_STEP);
			struct blob old = *out;

			if (!larger)
				return false;
			if (old.size > 0)
				memcpy(larger, old.data, old.size);
			out->data = larger;
			blob_free(&old);
			capacity += 2 * READ_STEP;
		}
		count = read(fd, out->data + out->size, READ_STEP);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count == 0;
		out->size += (size_t)count;
		if (out->size > max)
			return true;
	}
}

bool file_read(const char *path, size_t max, struct blob *out, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	*out = (struct blob){NULL, 0};
	if (fd < 0)
		return error_io(error, "%s: cannot open: %s", path, strerror(errno));
	ok = read_all(fd, max, out);
	if (!ok)
		error_io(error, "%s: cannot read: %s", path, strerror(errno));
	else if (out->size > max)
		ok = error_io(error, "%s: larger than %zu bytes, which no file of this kind needs", path, max);
	close(fd);
	if (!ok)
		blob_free(out);
	return ok;
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t count = write(fd, data, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		data += count;
		size -= (size_t)count;
	}
	return true;
}

/* Devices and pipes, /dev/stdout for one, have no name to replace. */
static bool write_in_place(const char *path, const void *data, size_t size, struct error *error)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write_all(fd, data, size);

	if (!ok)
		error_io(error, "%s: cannot write: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

bool file_write(const char *path, const void *data, size_t size, mode_t mode, struct error *error)
{
	char temporary[4096];
	struct stat status;
	bool ok;
	int fd, length;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return write_in_place(path, data, size, error);
	length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (length < 0 || (size_t)length >= sizeof(temporary))
		return error_io(error, "%s: name too long", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return error_io(error, "%s: cannot write: %s", path, strerror(errno));
	ok = write_all(fd, data, size) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (!ok || rename(temporary, path) != 0) {
		error_io(error, "%s: cannot write: %s", path, strerror(errno));
		unlink(temporary);
		return false;
	}
	return true;
}
