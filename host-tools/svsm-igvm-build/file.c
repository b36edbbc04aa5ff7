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
	return true;
}

static bool cannot(const char *path, struct error *error)
{
	return error_set(error, ERROR_IO, "%s: %s", path, strerror(errno));
}

static bool prepare_in_place(struct file_output *output, const void *bytes, size_t size, struct error *error)
{
	output->fd = open(output->path, O_WRONLY | O_CLOEXEC);
	if (output->fd < 0)
		return cannot(output->path, error);
	output->bytes = malloc(size ? size : 1);
	if (!output->bytes) {
		close(output->fd);
		return error_no_memory(error);
	}
	memcpy(output->bytes, bytes, size);
	output->size = size;
	return true;
}

static bool commit_in_place(struct file_output *output, struct error *error)
{
	bool ok = write_all(output->fd, output->bytes, output->size);

	ok = close(output->fd) == 0 && ok;
	free(output->bytes);
	output->bytes = NULL;
	return ok || cannot(output->path, error);
}

bool file_output_prepare(struct file_output *output, const char *path, const void *bytes, size_t size,
			 struct error *error)
{
	mode_t mask = umask(0);
	struct stat status;
	const bool in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
	bool written;
	int fd;

	umask(mask);
	memset(output, 0, sizeof(*output));
	output->path = in_place ? NULL : realpath(path, NULL); /* /dev/stdout may lead to a pipe, which has no path */
	if (!output->path)
		output->path = strdup(path);
	if (!output->path)
		return error_no_memory(error);
	if (in_place)
		return prepare_in_place(output, bytes, size, error);
	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return error_no_memory(error);
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
		return cannot(path, error);
	}
	written = write_all(fd, bytes, size) && (fsync(fd) == 0 || errno == EINVAL) && fchmod(fd, 0666 & ~mask) == 0;
	if (close(fd) != 0 || !written)
		return cannot(path, error);
	return true;
}

bool file_output_commit(struct file_output *output, struct error *error)
{
	if (output->bytes)
		return commit_in_place(output, error);
	if (rename(output->temporary, output->path) != 0)
		return cannot(output->path, error);
	free(output->temporary);
	output->temporary = NULL;
	return true;
}

void file_output_cleanup(struct file_output *output)
{
	if (output->temporary)
		unlink(output->temporary);
	if (output->bytes)
		close(output->fd);
	free(output->temporary);
	free(output->path);
	free(output->bytes);
	memset(output, 0, sizeof(*output));
}
