/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report_lines.h"

#include "name.h"
#include "source_line.h"

#include <stdlib.h>
#include <string.h>

unsigned int report_line(const struct analysis *analysis, uint32_t index)
{
	const struct graph_node *node = &analysis->graph.nodes[index];
	const struct usage *row = evidence_usage(&analysis->evidence, node->name);
	char location[600], *colon;

	while (row && (!row->line || (node->file && !name_same_file(row->file, node->file))))
		row = evidence_next(&analysis->evidence, row);
	if (row)
		return row->line;
	if (!analysis->image_count || !node->address ||
	    !source_line(graph_code_image(analysis->code, index)->name, node->address, location, sizeof(location)))
		return 0;
	colon = strrchr(location, ':');
	*colon = '\0';
	colon = strrchr(location, ':');
	return colon ? (unsigned int)strtoul(colon + 1, NULL, 10) : 0;
}
