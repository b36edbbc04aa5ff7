/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report_lines.h"

#include "name.h"
#include "source_line.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "path:line:column" of a function's first instruction, by debug information */
static bool place_of(const struct analysis *analysis, uint32_t index, char *location, size_t size)
{
	const struct graph_node *node = &analysis->graph.nodes[index];

	return analysis->image_count && node->address && !node->is_extern &&
	       source_line(graph_code_image(analysis->code, index)->name, node->address, location, size);
}

/* Cuts ":number" off; returns the number. */
static unsigned int cut_number(char *location)
{
	char *colon = strrchr(location, ':');
	unsigned int number;

	if (!colon)
		return 0;
	number = (unsigned int)strtoul(colon + 1, NULL, 10);
	*colon = '\0';
	return number;
}

/* Results are the same in whatever folder a project lies. */
static const char *below_here(const char *path)
{
	char here[PATH_MAX];
	size_t length;

	if (path[0] == '/' && getcwd(here, sizeof(here))) {
		length = strlen(here);
		if (strncmp(path, here, length) == 0 && path[length] == '/')
			return path + length + 1;
	}
	return strncmp(path, "./", 2) == 0 ? path + 2 : path;
}

unsigned int report_line(const struct analysis *analysis, uint32_t index)
{
	const struct graph_node *node = &analysis->graph.nodes[index];
	const struct usage *row = evidence_usage(&analysis->evidence, node->name);
	char location[600];

	while (row && (!row->line || (node->file && !name_same_file(row->file, node->file))))
		row = evidence_next(&analysis->evidence, row);
	if (row)
		return row->line;
	if (!place_of(analysis, index, location, sizeof(location)))
		return 0;
	cut_number(location);
	return cut_number(location);
}

const char *report_file(const struct analysis *analysis, uint32_t index)
{
	const struct graph_node *node = &analysis->graph.nodes[index];
	char location[600];

	if (!node->file)
		return "?";
	/* Symbols name the source of static functions only. */
	if (!analysis->image_count || strcmp(node->file, graph_code_image(analysis->code, index)->name) != 0 ||
	    !place_of(analysis, index, location, sizeof(location)))
		return node->file;
	cut_number(location);
	cut_number(location);
	return arena_string(analysis->arena, below_here(location), strlen(below_here(location)));
}
