/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "input.h"

#include <ar.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX ((off_t)2 << 30)
#define DIRECTORY_DEPTH_MAX 64

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool skip(struct input *input, const char *name, const char *why)
{
	arena_push(input->arena, input->skipped, input->skipped_count, arena_printf(input->arena, "%s: %s", name, why));
	return true;
}

bool input_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	size_t done = 0;

	if (file < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(file);
		return error_set(error, "%s: not a regular file", path);
	}
	if (status.st_size > FILE_SIZE_MAX) {
		close(file);
		return error_set(error, "%s: larger than 2 GiB", path);
	}
	*size = (size_t)status.st_size;
	*bytes = arena_alloc(arena, *size + 1);
	while (done < *size) {
		ssize_t got = read(file, *bytes + done, *size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	close(file);
	if (done < *size)
		return error_set(error, "%s: cannot be read to its end", path);
	return true;
}

static bool add_object(struct input *input, const char *name, Elf *elf, bool named, struct error *error)
{
	struct object object;
	const char *ident = elf_getident(elf, NULL);

	if (!named && ident && (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB))
		return skip(input, name, "not for x86-64");
	if (!named) {
		Elf64_Ehdr *header = elf64_getehdr(elf);

		if (header && header->e_machine != EM_X86_64)
			return skip(input, name, "not for x86-64");
		if (header && header->e_type == ET_CORE)
			return skip(input, name, "a core dump");
	}
	if (!object_read(input->arena, name, elf, &object, error))
		return false;
	if (object.lto)
		return skip(input, name,
			    "holds a compiler's intermediate code for link-time optimization only: the "
			    "linked program is what counts");
	if (object.linked)
		arena_push(input->arena, input->linked, input->linked_count, object);
	else
		arena_push(input->arena, input->objects, input->object_count, object);
	return true;
}

static bool add_member(struct input *input, const char *name, Elf *elf, struct image_archive *archive,
		       struct error *error)
{
	struct object object;

	if (elf_kind(elf) != ELF_K_ELF)
		return true; /* the symbol table, or a member of another kind */
	if (!object_read(input->arena, name, elf, &object, error))
		return false;
	if (object.lto)
		return skip(input, name, "holds a compiler's intermediate code only");
	if (object.linked)
		return error_set(error, "%s: an archive holds objects only", name);
	arena_push(input->arena, archive->members, archive->count, object);
	return true;
}

/*
 * libelf takes a member whose header is damaged for the archive's end, and what follows would be missing. Headers:
 * System V ar(5); members begin at even offsets.
 */
static bool archive_is_whole(const char *name, const char *bytes, size_t size, struct error *error)
{
	size_t at = SARMAG;

	while (at < size) {
		struct ar_hdr header;
		unsigned long long length;
		char *end;
		char digits[sizeof(header.ar_size) + 1] = "";

		if (size - at < sizeof(header))
			return error_set(error, "%s: broken archive: the header at offset %zu is cut off", name, at);
		memcpy(&header, bytes + at, sizeof(header));
		memcpy(digits, header.ar_size, sizeof(header.ar_size));
		length = strtoull(digits, &end, 10);
		if (memcmp(header.ar_fmag, ARFMAG, sizeof(header.ar_fmag)) != 0 || digits[0] < '0' || digits[0] > '9' ||
		    end[strspn(end, " ")])
			return error_set(error, "%s: broken archive: no member's header at offset %zu", name, at);
		at += sizeof(header);
		if (length > size - at)
			return error_set(error, "%s: broken archive: the member at offset %zu is cut off", name,
					 at - sizeof(header));
		at += (size_t)length + (length & 1);
	}
	return true;
}

static bool add_members(struct input *input, const char *name, int file, Elf *ar, struct image_archive *archive,
			struct error *error)
{
	Elf_Cmd command = ELF_C_READ_MMAP;
	Elf *elf;

	while (command == ELF_C_READ_MMAP && (elf = elf_begin(file, command, ar))) {
		Elf_Arhdr *header = elf_getarhdr(elf);
		const char *member = header && header->ar_name ? header->ar_name : "?";
		bool good = add_member(input, arena_printf(input->arena, "%s(%s)", name, member), elf, archive, error);

		command = elf_next(elf);
		elf_end(elf);
		if (!good)
			return false;
	}
	if (command == ELF_C_READ_MMAP)
		return error_set(error, "%s: broken archive: %s", name, elf_errmsg(-1));
	return true;
}

/* libelf reads members of files only, not of memory: the archive becomes a file without a name. */
static bool add_archive(struct input *input, const char *name, const char *bytes, size_t size, struct error *error)
{
	struct image_archive archive = {.members = NULL};
	bool good;
	Elf *ar = NULL;
	int file;

	if (!archive_is_whole(name, bytes, size, error))
		return false;
	file = memfd_create("archive", MFD_CLOEXEC);
	good = file >= 0;

	for (size_t done = 0; good && done < size;) {
		ssize_t wrote = write(file, bytes + done, size - done);

		good = wrote > 0;
		done += good ? (size_t)wrote : 0;
	}
	if (good)
		ar = elf_begin(file, ELF_C_READ_MMAP, NULL);
	if (!good)
		error_set(error, "%s: no room for a copy of the archive: %s", name, strerror(errno));
	else if (size > SARMAG) /* there are members */
		good = add_members(input, name, file, ar, &archive, error);
	elf_end(ar);
	if (file >= 0)
		close(file);
	archive.taken = arena_alloc(input->arena, archive.count + 1);
	if (good)
		arena_push(input->arena, input->archives, input->archive_count, archive);
	return good;
}

static bool add_elf(struct input *input, const char *name, char *bytes, size_t size, bool named, struct error *error)
{
	Elf *elf;
	bool good;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_set(error, "%s: the ELF library is too old", name);
	elf_errno();
	elf = elf_memory(bytes, size);
	if (!elf)
		return error_set(error, "%s: %s", name, elf_errmsg(-1));
	if (elf_kind(elf) == ELF_K_AR)
		good = add_archive(input, name, bytes, size, error);
	else if (elf_kind(elf) == ELF_K_ELF)
		good = add_object(input, name, elf, named, error);
	else
		good = error_set(error, "%s: broken ELF file", name);
	elf_end(elf);
	return good;
}

bool input_add_bytes(struct input *input, const char *name, char *bytes, size_t size, bool named, struct error *error)
{
	if (ends_with(name, ".su"))
		return su_parse(input->evidence, name, bytes, size, error);
	if (ends_with(name, ".ci"))
		return ci_parse(input->evidence, name, bytes, size, error);
	if (size >= 8 && memcmp(bytes, "!<thin>\n", 8) == 0)
		return named ? error_set(error, "%s: a thin archive holds no code: give the objects it lists", name)
			     : skip(input, name, "a thin archive; the objects it lists count");
	if (size >= 4 && memcmp(bytes, "BC\xc0\xde", 4) == 0)
		return skip(input, name, "holds LLVM bitcode only: the linked program is what counts");
	if ((size >= 4 && memcmp(bytes, "\177ELF", 4) == 0) || (size >= 8 && memcmp(bytes, "!<arch>\n", 8) == 0))
		return add_elf(input, name, bytes, size, named, error);
	if (!named)
		return true;
	return error_set(error, "%s: neither an ELF file, an archive, nor a .su or .ci file", name);
}

/* Cheap look at a file in a directory, so that large files of other kinds are not read */
static bool is_interesting(const char *path)
{
	char magic[4];
	int file;
	ssize_t got;

	if (ends_with(path, ".su") || ends_with(path, ".ci"))
		return true;
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0)
		return false;
	got = read(file, magic, sizeof(magic));
	close(file);
	return got == sizeof(magic) && (memcmp(magic, "\177ELF", 4) == 0 || memcmp(magic, "!<ar", 4) == 0 ||
					memcmp(magic, "!<th", 4) == 0 || memcmp(magic, "BC\xc0\xde", 4) == 0);
}

static bool add_file(struct input *input, const char *path, bool named, struct error *error)
{
	char *bytes;
	size_t size;

	return input_read(input->arena, path, &bytes, &size, error) &&
	       input_add_bytes(input, arena_string(input->arena, path, strlen(path)), bytes, size, named, error);
}

static bool add_directory(struct input *input, const char *path, unsigned int depth, struct error *error)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	bool good = count >= 0;

	if (!good)
		return error_set(error, "%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		struct stat status;
		char *inner;

		inner = arena_printf(input->arena, "%s%s%s", path, ends_with(path, "/") ? "" : "/", name);
		if (good && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && lstat(inner, &status) == 0) {
			if (S_ISDIR(status.st_mode) && depth < DIRECTORY_DEPTH_MAX && strcmp(name, ".git") != 0)
				good = add_directory(input, inner, depth + 1, error);
			else if (S_ISREG(status.st_mode) && is_interesting(inner))
				good = add_file(input, inner, false, error);
		}
		free(entries[i]);
	}
	free(entries);
	return good;
}

bool input_add(struct input *input, const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return add_directory(input, path, 0, error);
	return add_file(input, path, true, error);
}
