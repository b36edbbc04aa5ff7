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

static bool read_all(int fd, const char *path, size_t limit, struct file_data *out, struct error *error)
{
	size_t capacity = 0;

	/* The size is found by reading: what stat says of a pipe or a growing file means nothing. */
	for (;;) {
		ssize_t got;

		if (out->size == capacity) {
			size_t larger = capacity ? capacity * 2 : 65536;
			uint8_t *bytes;

			if (larger > limit + 1)
				larger = limit + 1;
			bytes = realloc(out->bytes, larger);
			if (!bytes)
				return error_no_memory(error);
			out->bytes = bytes;
			capacity = larger;
		}
		got = read(fd, out->bytes + out->size, capacity - out->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
		if (got == 0)
			return true;
		out->size += (size_t)got;
		if (out->size > limit)
			return error_set(error, ERROR_INVALID, "%s: larger than %zu bytes", path, limit);
	}
}

bool file_read(const char *path, size_t limit, struct file_data *out, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	out->bytes = NULL;
	out->size = 0;
	if (fd < 0)
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	ok = read_all(fd, path, limit, out, error);
	close(fd);
	if (!ok)
		file_data_free(out);
	return ok;
}

void file_data_free(struct file_data *data)
{
	free(data->bytes);
	data->bytes = NULL;
	data->size = 0;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return fsync(fd) == 0 || errno == EINVAL;
}

bool file_output_prepare(struct file_output *output, const char *path, const void *bytes, size_t size,
			 struct error *error)
{
	mode_t mask = umask(0);
	bool written;
	int fd;

	umask(mask);
	output->path = strdup(path);
	if (!output->path || asprintf(&output->temporary, "%s.XXXXXX", path) < 0) {
		output->temporary = NULL;
		return error_no_memory(error);
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	}
	written = write_all(fd, bytes, size) && fchmod(fd, 0666 & ~mask) == 0;
	if (close(fd) != 0 || !written)
		return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
	return true;
}

bool file_output_commit(struct file_output *output, struct error *error)
{
	if (rename(output->temporary, output->path) != 0)
		return error_set(error, ERROR_IO, "%s: %s", output->path, strerror(errno));
	free(output->temporary);
	output->temporary = NULL;
	return true;
}

void file_output_cleanup(struct file_output *output)
{
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	free(output->path);
	output->temporary = NULL;
	output->path = NULL;
}
