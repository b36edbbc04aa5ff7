/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Folded stacks: "entry;callee;callee bytes", a line for each function of the deepest path, for flame graph programs.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

static void write_frames(const struct analysis *analysis, const struct bound_result *bound, size_t count, FILE *out)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		const struct graph_node *node = &analysis->graph.nodes[bound->path[i].node];

		if (node->is_choice)
			continue;
		if (!first)
			fputc(';', out);
		first = false;
		/* Blanks and semicolons separate things in this format. */
		for (const char *at = node->name; *at; at++)
			fputc(*at == ';' || *at == ' ' ? '_' : *at, out);
	}
}

void report_folded(const struct analysis *analysis, FILE *out)
{
	for (size_t e = 0; e < analysis->entry_count; e++) {
		const struct bound_result *bound = &analysis->entries[e].bound;

		for (size_t i = 0; i < bound->path_count; i++) {
			if (bound->path[i].frame <= 0 || analysis->graph.nodes[bound->path[i].node].is_choice)
				continue;
			write_frames(analysis, bound, i + 1, out);
			fprintf(out, " %" PRId64 "\n", bound->path[i].frame);
		}
	}
}
