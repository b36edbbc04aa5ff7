/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"
#include "report_lines.h"

#include "stacks.h"

const char *report_verdict(enum verdict verdict)
{
	static const char *const names[] = {"proved", "assumed", "unknown"};

	return names[verdict];
}

static json_t *text_list(const char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

static json_t *step_json(const struct analysis *analysis, const struct bound_step *step)
{
	const struct graph_node *node = &analysis->graph.nodes[step->node];
	json_t *object = json_object();

	json_object_set_new(object, "function", json_string(node->name));
	json_object_set_new(object, "file", json_string(report_file(analysis, step->node)));
	json_object_set_new(object, "frame", json_integer(step->frame));
	if (step->times > 1)
		json_object_set_new(object, "times", json_integer(step->times));
	return object;
}

static json_t *entry_json(const struct analysis *analysis, const struct analysis_entry *entry)
{
	const struct bound_result *bound = &entry->bound;
	bool unknown = bound->verdict == VERDICT_UNKNOWN;
	json_t *object = json_object(), *path = json_array();

	json_object_set_new(object, "name", json_string(entry->name));
	json_object_set_new(object, "file", json_string(report_file(analysis, entry->node)));
	json_object_set_new(object, "bytes", unknown ? json_null() : json_integer(bound->bytes));
	if (unknown)
		json_object_set_new(object, "at_least", json_integer(bound->bytes));
	json_object_set_new(object, "verdict", json_string(report_verdict(bound->verdict)));
	if (entry->budget >= 0) {
		json_object_set_new(object, "budget", json_integer(entry->budget));
		json_object_set_new(object, "headroom",
				    unknown ? json_null() : json_integer(entry->budget - bound->bytes));
		json_object_set_new(object, "over", json_boolean(analysis_is_over(entry)));
	}
	for (size_t i = 0; i < bound->path_count; i++) {
		if (!analysis->graph.nodes[bound->path[i].node].is_choice)
			json_array_append_new(path, step_json(analysis, &bound->path[i]));
	}
	json_object_set_new(object, "path", path);
	json_object_set_new(object, "assumptions", text_list(bound->assumptions, bound->assumption_count));
	json_object_set_new(object, "reasons", text_list(bound->reasons, bound->reason_count));
	json_object_set_new(object, "functions", json_integer(bound->reachable));
	return object;
}

static json_t *stack_json(const struct stack_result *result)
{
	bool unknown = result->verdict == VERDICT_UNKNOWN;
	json_t *object = json_object(), *parts = json_array();

	json_object_set_new(object, "name", json_string(result->stack->name));
	json_object_set_new(object, "bytes", unknown ? json_null() : json_integer(result->bytes));
	json_object_set_new(object, "size", json_integer(result->stack->bytes));
	json_object_set_new(object, "headroom",
			    unknown ? json_null() : json_integer(result->stack->bytes - result->bytes));
	json_object_set_new(object, "verdict", json_string(report_verdict(result->verdict)));
	json_object_set_new(object, "over", json_boolean(stacks_is_over(result)));
	for (size_t i = 0; i < result->part_count; i++)
		json_array_append_new(parts, json_pack("{s:s, s:I, s:I, s:b}", "function", result->parts[i].function,
						       "bytes", (json_int_t)result->parts[i].bytes, "nested",
						       (json_int_t)result->parts[i].nested, "interrupt",
						       result->parts[i].interrupt));
	json_object_set_new(object, "parts", parts);
	json_object_set_new(object, "guard_jumps", text_list(result->jumps, result->jump_count));
	return object;
}

json_t *report_json(const struct analysis *analysis)
{
	json_t *root = json_object(), *entries = json_array(), *stacks = json_array();

	json_object_set_new(root, "format", json_string("stack-check"));
	json_object_set_new(root, "version", json_integer(1));
	for (size_t i = 0; i < analysis->entry_count; i++)
		json_array_append_new(entries, entry_json(analysis, &analysis->entries[i]));
	json_object_set_new(root, "entries", entries);
	for (size_t i = 0; i < analysis->stack_count; i++)
		json_array_append_new(stacks, stack_json(&analysis->stacks[i]));
	json_object_set_new(root, "stacks", stacks);
	json_object_set_new(root, "findings", text_list(analysis->graph.findings, analysis->graph.finding_count));
	json_object_set_new(root, "skipped", text_list(analysis->input.skipped, analysis->input.skipped_count));
	return root;
}

bool report_write_json(json_t *value, FILE *out)
{
	bool good = value && json_dumpf(value, out, JSON_INDENT(2)) == 0 && fputc('\n', out) != EOF;

	json_decref(value);
	return good;
}
