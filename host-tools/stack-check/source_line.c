/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "source_line.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 16

struct source_file {
	char *path;
	Dwfl *dwfl; /* NULL when the file has nothing to tell */
	Dwfl_Module *module;
};

static struct source_file files[FILES_MAX];
static size_t file_count;

static int no_separate_debug(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, const char *path,
			     const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)data, (void)name, (void)base, (void)path, (void)link, (void)crc, (void)found;
	return -1;
}

static struct source_file *open_file(const char *path)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = no_separate_debug,
		.section_address = dwfl_offline_section_address,
	};
	struct source_file *file;

	for (size_t i = 0; i < file_count; i++) {
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	}
	if (file_count == FILES_MAX)
		return NULL;
	file = &files[file_count];
	file->module = NULL;
	file->path = strdup(path);
	if (!file->path)
		return NULL;
	file_count++;
	file->dwfl = dwfl_begin(&callbacks);
	if (file->dwfl) {
		dwfl_report_begin(file->dwfl);
		dwfl_report_elf(file->dwfl, path, path, -1, 0, false);
		dwfl_report_end(file->dwfl, NULL, NULL);
	}
	return file;
}

static int first_module(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr start, void *result)
{
	(void)data, (void)name, (void)start;
	*(Dwfl_Module **)result = module;
	return DWARF_CB_ABORT;
}

Dwfl_Module *source_module(const char *path)
{
	struct source_file *file = open_file(path);

	if (file && file->dwfl && !file->module)
		dwfl_getmodules(file->dwfl, first_module, &file->module, 0);
	return file ? file->module : NULL;
}

bool source_line(const char *path, uint64_t address, char *location, size_t size)
{
	Dwfl_Module *module = source_module(path);
	Dwfl_Line *line;
	const char *source;
	int number = 0, column = 0;

	line = module ? dwfl_module_getsrc(module, address) : NULL;
	source = line ? dwfl_lineinfo(line, NULL, &number, &column, NULL, NULL) : NULL;
	if (!source)
		return false;
	snprintf(location, size, "%s:%d:%d", source, number, column);
	return true;
}

void source_line_close(void)
{
	for (size_t i = 0; i < file_count; i++) {
		if (files[i].dwfl)
			dwfl_end(files[i].dwfl);
		free(files[i].path);
	}
	file_count = 0;
}
