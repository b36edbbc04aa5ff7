/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"

#include <inttypes.h>

static void print_entry(const struct analysis *analysis, const struct analysis_entry *entry, FILE *out)
{
	const struct bound_result *bound = &entry->bound;
	bool unknown = bound->verdict == VERDICT_UNKNOWN;

	fprintf(out, "%-32s %s%8" PRId64 " bytes  %s", entry->name, unknown ? ">=" : "  ", bound->bytes,
		report_verdict(bound->verdict));
	if (entry->budget >= 0) {
		fprintf(out, ", budget %" PRId64, entry->budget);
		if (!unknown && analysis_is_over(entry))
			fprintf(out, ": OVER by %" PRId64, bound->bytes - entry->budget);
		else if (!unknown)
			fprintf(out, ", headroom %" PRId64, entry->budget - bound->bytes);
	}
	fputc('\n', out);
	for (size_t i = 0; i < bound->path_count; i++) {
		const struct bound_step *step = &bound->path[i];
		const struct graph_node *node = &analysis->graph.nodes[step->node];

		if (node->is_choice)
			continue;
		fprintf(out, "    %8" PRId64 "  %s", step->frame, node->name);
		if (step->times > 1)
			fprintf(out, " (%" PRId64 " times)", step->times);
		fprintf(out, "  %s\n", node->file ? node->file : "?");
	}
	for (size_t i = 0; i < bound->assumption_count; i++)
		fprintf(out, "    assumed: %s\n", bound->assumptions[i]);
	for (size_t i = 0; i < bound->reason_count; i++)
		fprintf(out, "    unknown: %s\n", bound->reasons[i]);
}

void report_table(const struct analysis *analysis, FILE *out)
{
	for (size_t i = 0; i < analysis->entry_count; i++)
		print_entry(analysis, &analysis->entries[i], out);
	for (size_t i = 0; i < analysis->graph.finding_count; i++)
		fprintf(out, "note: %s\n", analysis->graph.findings[i]);
	for (size_t i = 0; i < analysis->input.skipped_count; i++)
		fprintf(out, "skipped: %s\n", analysis->input.skipped[i]);
}
