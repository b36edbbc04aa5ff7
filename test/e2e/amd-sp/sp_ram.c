/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_ram.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define LOW_RAM_END (3ull << 30) /* above it, addresses and file offsets differ */

enum sp_ram_result sp_ram_attach(struct sp_ram *ram, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat about;
	void *bytes;

	if (fd < 0) {
		if (errno == ENOENT)
			return SP_RAM_NOT_THERE;
		sp_error("cannot open %s: %s", path, strerror(errno));
		return SP_RAM_FAILED;
	}
	if (fstat(fd, &about) != 0 || about.st_size < (off_t)(SP_MAILBOX_HPA + PAGE)) {
		close(fd);
		return SP_RAM_NOT_THERE;
	}
	bytes = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED) {
		sp_error("cannot map %s: %s", path, strerror(errno));
		return SP_RAM_FAILED;
	}
	*ram = (struct sp_ram){bytes, (uint64_t)about.st_size, about.st_dev, about.st_ino};
	return SP_RAM_ATTACHED;
}

void sp_ram_detach(struct sp_ram *ram)
{
	if (ram->bytes != NULL)
		munmap(ram->bytes, ram->size);
	memset(ram, 0, sizeof(*ram));
}

bool sp_ram_current(const struct sp_ram *ram, const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && about.st_dev == ram->device && about.st_ino == ram->file &&
	       (uint64_t)about.st_size == ram->size;
}

static bool inside(const struct sp_ram *ram, uint64_t address, size_t size)
{
	uint64_t end = ram->size < LOW_RAM_END ? ram->size : LOW_RAM_END;

	return ram->bytes != NULL && size <= PAGE && address % PAGE == 0 && address < end && end - address >= PAGE;
}

bool sp_ram_read(const struct sp_ram *ram, uint64_t address, void *to, size_t size)
{
	if (!inside(ram, address, size))
		return false;
	memcpy(to, ram->bytes + address, size);
	return true;
}

bool sp_ram_write(struct sp_ram *ram, uint64_t address, const void *from, size_t size)
{
	if (!inside(ram, address, size))
		return false;
	memcpy(ram->bytes + address, from, size);
	return true;
}

struct sp_mailbox *sp_ram_mailbox(struct sp_ram *ram)
{
	return (struct sp_mailbox *)(ram->bytes + SP_MAILBOX_HPA);
}
