/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "description_find.h"

#include "file.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool description_is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".json") == 0;
}

/* Other documents, and files that are no documents at all, are passed over. */
static bool is_description(const char *path)
{
	struct error unread;
	struct file_data data;
	const char *format;
	json_t *document;
	bool found;

	if (!file_read(path, FILE_TEXT_MAX, &data, &unread))
		return false;
	document = json_loadb((const char *)data.bytes, data.size, 0, NULL);
	format = json_string_value(json_object_get(document, "format"));
	found = format && strcmp(format, "svsm-image") == 0;
	json_decref(document);
	file_data_free(&data);
	return found;
}

/* The one in `names`; *count says how many there are, and `second` names another one. */
static char *choose(const char *folder, struct dirent **names, int size, int *count, const char **second)
{
	char *chosen = NULL;

	for (int i = 0; i < size; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, names[i]->d_name) < 0)
			return chosen;
		if (!is_description(path)) {
			free(path);
			continue;
		}
		if ((*count)++ == 0) {
			chosen = path;
			continue;
		}
		*second = names[i]->d_name;
		free(path);
	}
	return chosen;
}

char *description_find(const char *folder, struct error *error)
{
	struct dirent **names = NULL;
	const char *second = "";
	char *found;
	int count = 0, size = scandir(folder, &names, is_json, alphasort);

	if (size < 0) {
		error_set(error, ERROR_IO, "%s: cannot list this folder", folder);
		return NULL;
	}
	found = choose(folder, names, size, &count, &second);
	if (count == 0)
		error_set(error, ERROR_INVALID,
			  "%s: no image description: of its %d files *.json none has the format \"svsm-image\"; "
			  "--description names one elsewhere",
			  folder, size);
	if (count > 1) {
		error_set(error, ERROR_INVALID, "%s: %d image descriptions, %s and %s%s; --description chooses one",
			  folder, count, found, second, count > 2 ? " among them" : "");
		free(found);
		found = NULL;
	}
	for (int i = 0; i < size; i++)
		free(names[i]);
	free(names);
	return found;
}
