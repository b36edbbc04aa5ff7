/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* SARIF 2.1.0, with the path as a code flow: what code scanning services show beside the source. */
#include "report.h"
#include "report_lines.h"
#include "stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A path as a URI reference (RFC 3986): what has a meaning in one, or none, is written as its bytes' numbers. */
static const char *uri_of(const struct analysis *analysis, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/()+,=@!$&'*;";
	char *uri = arena_alloc(analysis->arena, strlen(path) * 3 + 1), *to = uri;

	for (; *path; path++) {
		if (strchr(plain, *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	}
	return uri;
}

/* Without debug information it is the file's first line: services that show results want one. */
static json_t *location(const struct analysis *analysis, uint32_t node_index, const char *message)
{
	const struct graph_node *node = &analysis->graph.nodes[node_index];
	unsigned int line = report_line(analysis, node_index);

	return json_pack("{s:{s:{s:s}, s:{s:i}}, s:{s:s}, s:[{s:s}]}", "physicalLocation", "artifactLocation", "uri",
			 uri_of(analysis, report_file(analysis, node_index)), "region", "startLine",
			 line ? (int)line : 1, "message", "text", message, "logicalLocations", "fullyQualifiedName",
			 node->name);
}

static json_t *code_flow(const struct analysis *analysis, const struct bound_result *bound)
{
	json_t *locations = json_array();
	int64_t depth = 0;

	for (size_t i = 0; i < bound->path_count; i++) {
		const struct bound_step *step = &bound->path[i];
		const char *text;

		if (analysis->graph.nodes[step->node].is_choice)
			continue;
		depth += step->frame;
		text = arena_printf(analysis->arena, "%s: %" PRId64 " bytes, %" PRId64 " in all",
				    analysis->graph.nodes[step->node].name, step->frame, depth);
		json_array_append_new(locations, json_pack("{s:o}", "location", location(analysis, step->node, text)));
	}
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", locations);
}

static const char *message_of(const struct analysis *analysis, const struct analysis_entry *entry)
{
	const struct bound_result *bound = &entry->bound;

	if (bound->verdict == VERDICT_UNKNOWN)
		return arena_printf(analysis->arena, "The stack below %s is not bounded: %s", entry->name,
				    bound->reason_count ? bound->reasons[0] : "?");
	if (analysis_is_over(entry))
		return arena_printf(analysis->arena,
				    "%s may use %" PRId64 " bytes of stack, %" PRId64 " over its budget", entry->name,
				    bound->bytes, bound->bytes - entry->budget);
	return arena_printf(analysis->arena, "%s uses at most %" PRId64 " bytes of stack (%s)", entry->name,
			    bound->bytes, report_verdict(bound->verdict));
}

static json_t *result_json(const struct analysis *analysis, const struct analysis_entry *entry)
{
	bool unknown = entry->bound.verdict == VERDICT_UNKNOWN, over = analysis_is_over(entry);
	const char *message = message_of(analysis, entry);
	const char *key = arena_printf(analysis->arena, "%s/%s", report_file(analysis, entry->node), entry->name);

	return json_pack("{s:s, s:s, s:s, s:{s:s}, s:[o], s:{s:s}, s:o}", "ruleId",
			 over	   ? "stack-over-budget"
			 : unknown ? "stack-unknown"
				   : "stack-bound",
			 "level", over || unknown ? "error" : "note", "kind",
			 over || unknown ? "fail" : "informational", "message", "text", message, "locations",
			 location(analysis, entry->node, message), "partialFingerprints", "entry/v1", key, "codeFlows",
			 code_flow(analysis, &entry->bound));
}

static void add_stack(const struct analysis *analysis, json_t *results, const struct stack_result *result)
{
	const char *name = result->stack->name, *over;
	uint32_t node = result->part_count ? result->parts[0].node : 0;

	over = arena_printf(analysis->arena, "the stack %s needs %" PRId64 " bytes and has %" PRId64, name,
			    result->bytes, result->stack->bytes);
	if (result->part_count && result->verdict != VERDICT_UNKNOWN && result->bytes > result->stack->bytes)
		json_array_append_new(
			results, json_pack("{s:s, s:s, s:s, s:{s:s}, s:[o], s:{s:s}}", "ruleId", "stack-over-budget",
					   "level", "error", "kind", "fail", "message", "text", over, "locations",
					   location(analysis, node, over), "partialFingerprints", "stack/v1", name));
	for (size_t i = 0; i < result->jump_count; i++)
		json_array_append_new(
			results, json_pack("{s:s, s:s, s:s, s:{s:s}, s:[o], s:{s:s}}", "ruleId", "stack-guard", "level",
					   "error", "kind", "fail", "message", "text", result->jumps[i], "locations",
					   location(analysis, result->jump_nodes[i], result->jumps[i]),
					   "partialFingerprints", "stack/v1",
					   arena_printf(analysis->arena, "%s/%s", name,
							analysis->graph.nodes[result->jump_nodes[i]].name)));
}

static json_t *rule(const char *id, const char *level, const char *shortly, const char *fully)
{
	return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", id, "shortDescription", "text", shortly,
			 "fullDescription", "text", fully, "help", "text", fully, "defaultConfiguration", "level",
			 level);
}

static json_t *rules_json(void)
{
	return json_pack(
		"[o, o, o, o]",
		rule("stack-over-budget", "error", "An entry may use more stack than its budget",
		     "On the path shown, the frames add up to more than the budget. Make the largest frames smaller or "
		     "the path shorter, or give the stack, and with it the budget, more bytes."),
		rule("stack-unknown", "error", "The stack of an entry has no proved bound",
		     "Something on a path is not known: a recursion's depth, where a pointer leads, a frame's size or "
		     "a "
		     "function's code. The message says what, and which declaration settles it."),
		rule("stack-bound", "none", "The deepest path of an entry",
		     "The entry stays within its budget, or has none. The path shown is the deepest."),
		rule("stack-guard", "error", "A frame is larger than the guard below its stack",
		     "Such a frame can step over the guard page, so that an overflow goes unseen. Make the frame "
		     "smaller "
		     "or the guard larger."));
}

json_t *report_sarif(const struct analysis *analysis)
{
	json_t *results = json_array();

	for (size_t i = 0; i < analysis->entry_count; i++) {
		json_t *result = result_json(analysis, &analysis->entries[i]);

		/* "informational" results carry no level but "none". */
		if (json_string_value(json_object_get(result, "kind"))[0] == 'i')
			json_object_set_new(result, "level", json_string("none"));
		json_array_append_new(results, result);
	}
	for (size_t i = 0; i < analysis->stack_count; i++)
		add_stack(analysis, results, &analysis->stacks[i]);
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:o}}, s:o}]}", "$schema",
			 "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver",
			 "name", PROGRAM, "rules", rules_json(), "results", results);
}
