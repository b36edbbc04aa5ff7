/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"
#include "report_lines.h"
#include "stacks.h"

#include <inttypes.h>

#define LIST_MAX 8

/* Long lists are cut; --json has them whole. */
static void print_list(const char *title, const char *const *list, size_t count, FILE *out)
{
	for (size_t i = 0; i < count && i < LIST_MAX; i++)
		fprintf(out, "%s: %s\n", title, list[i]);
	if (count > LIST_MAX)
		fprintf(out, "%s: and %zu more (--json lists all)\n", title, count - LIST_MAX);
}

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
		fprintf(out, "  %s\n", report_file(analysis, step->node));
	}
	print_list("    assumed", bound->assumptions, bound->assumption_count, out);
	print_list("    unknown", bound->reasons, bound->reason_count, out);
}

static void print_stack(const struct stack_result *result, FILE *out)
{
	bool unknown = result->verdict == VERDICT_UNKNOWN;

	fprintf(out, "stack %-26s %s%8" PRId64 " of %" PRId64 "  %s", result->stack->name, unknown ? ">=" : "  ",
		result->bytes, result->stack->bytes, report_verdict(result->verdict));
	if (!unknown && result->bytes > result->stack->bytes)
		fprintf(out, ": OVER by %" PRId64, result->bytes - result->stack->bytes);
	else if (!unknown)
		fprintf(out, ", headroom %" PRId64, result->stack->bytes - result->bytes);
	fputc('\n', out);
	for (size_t i = 0; i < result->part_count; i++) {
		const struct stack_part *part = &result->parts[i];

		fprintf(out, "    %8" PRId64 "  %s%s", part->bytes, part->function,
			part->interrupt ? ", interrupting" : "");
		if (part->nested > 1)
			fprintf(out, " (%" PRId64 " nested)", part->nested);
		fputc('\n', out);
	}
	for (size_t i = 0; i < result->jump_count; i++)
		fprintf(out, "    guard: %s\n", result->jumps[i]);
}

void report_table(const struct analysis *analysis, bool quiet, FILE *out)
{
	for (size_t i = 0; i < analysis->entry_count; i++) {
		const struct analysis_entry *entry = &analysis->entries[i];

		if (!quiet || analysis_is_over(entry) || entry->bound.verdict == VERDICT_UNKNOWN)
			print_entry(analysis, entry, out);
	}
	for (size_t i = 0; i < analysis->stack_count; i++) {
		if (!quiet || stacks_is_over(&analysis->stacks[i]) || analysis->stacks[i].verdict == VERDICT_UNKNOWN)
			print_stack(&analysis->stacks[i], out);
	}
	if (quiet)
		return;
	print_list("note", analysis->graph.findings, analysis->graph.finding_count, out);
	print_list("skipped", analysis->input.skipped, analysis->input.skipped_count, out);
}
