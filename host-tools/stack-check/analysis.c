/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "analysis.h"

#include "crosscheck.h"
#include "graph_ci.h"
#include "name.h"
#include "source_line.h"
#include "stack_sizes.h"
#include "stacks.h"

#include <stdlib.h>
#include <string.h>

void analysis_init(struct analysis *analysis, struct arena *arena)
{
	memset(analysis, 0, sizeof(*analysis));
	analysis->arena = arena;
	analysis->evidence.arena = arena;
	analysis->input.arena = arena;
	analysis->input.evidence = &analysis->evidence;
	analysis->config.arena = arena;
	analysis->graph.arena = arena;
}

void analysis_free(struct analysis *analysis)
{
	if (analysis->code)
		graph_code_free(analysis->code);
	bounds_free(analysis->bounds);
	for (size_t i = 0; i < analysis->image_count; i++)
		image_free(&analysis->images[i]);
	evidence_free(&analysis->evidence);
	map_free(&analysis->graph.finding_seen);
	source_line_close();
}

static bool read_notes_of(struct analysis *analysis, const struct object *objects, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < objects[i].section_count; s++) {
			const struct object_section *section = &objects[i].sections[s];

			if (strcmp(section->name, ".stack_budget") == 0 && section->bytes &&
			    !config_parse_notes(&analysis->config, objects[i].name, section->bytes, section->size,
						error))
				return false;
		}
	}
	return true;
}

bool analysis_read_notes(struct analysis *analysis, struct error *error)
{
	const struct input *input = &analysis->input;

	if (!read_notes_of(analysis, input->linked, input->linked_count, error))
		return false;
	/* A linked file holds the records of its objects. */
	if (input->linked_count)
		return true;
	for (size_t i = 0; i < input->archive_count; i++) {
		if (!read_notes_of(analysis, input->archives[i].members, input->archives[i].count, error))
			return false;
	}
	return read_notes_of(analysis, input->objects, input->object_count, error);
}

static bool defines(const struct image *image, const char *entry)
{
	for (size_t f = 0; f < image->function_count; f++) {
		const struct image_function *function = &image->functions[f];

		for (size_t a = 0; a < function->alias_count; a++) {
			if (name_matches(entry, function->aliases[a], function->file) != NAME_DIFFERS)
				return true;
			/* "file.c:f" where only the compiler's notes know the file */
			if (strrchr(entry, ':') && !function->file &&
			    name_matches(strrchr(entry, ':') + 1, function->aliases[a], NULL) != NAME_DIFFERS)
				return true;
		}
	}
	return false;
}

/* Linked files are what runs. Objects and archives count when an entry is in none of them. */
static bool make_images(struct analysis *analysis, const char *const *entries, size_t entry_count, struct error *error)
{
	struct input *input = &analysis->input;
	bool all = input->linked_count > 0;

	analysis->images = arena_alloc(analysis->arena, (input->linked_count + 1) * sizeof(*analysis->images));
	for (size_t i = 0; i < input->linked_count; i++) {
		if (!image_from_linked(analysis->arena, &input->linked[i], &analysis->images[analysis->image_count],
				       error))
			return false;
		analysis->image_count++;
	}
	for (size_t e = 0; e < entry_count; e++) {
		bool found = false;

		for (size_t i = 0; i < analysis->image_count; i++)
			found |= defines(&analysis->images[i], entries[e]);
		all &= found;
	}
	if (all || (!input->object_count && !input->archive_count))
		return true;
	if (!image_from_objects(analysis->arena, input->objects, input->object_count, input->archives,
				input->archive_count, entries, entry_count, &analysis->images[analysis->image_count],
				error))
		return false;
	analysis->image_count++;
	return true;
}

static void mark_absent(struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->config.frames.count; i++) {
		struct config_item *item = &analysis->config.frames.items[i];

		item->absent = true;
		for (size_t m = 0; m < analysis->image_count; m++) {
			item->absent &= !defines(&analysis->images[m], item->name);
			for (size_t e = 0; e < analysis->images[m].extern_count; e++)
				item->absent &= strcmp(analysis->images[m].extern_names[e], item->name) != 0;
		}
	}
}

static bool not_found(const struct analysis *analysis, const char *entry, struct error *error)
{
	if (!analysis->image_count && !analysis->evidence.node_count)
		return error_set(error, "no entry %s: the paths hold neither code nor a call graph (.ci)", entry);
	return error_set(
		error, "no function %s in the paths given; it may have been inlined, removed, or be spelled otherwise",
		entry);
}

static void take_worst(struct analysis *analysis, struct analysis_entry *entry, const uint32_t *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bound_result bound;

		bounds_entry(analysis->bounds, nodes[i], &bound);
		if (i &&
		    (bound.verdict < entry->bound.verdict ||
		     (bound.verdict == entry->bound.verdict && bound.bytes <= entry->bound.bytes)) &&
		    !(entry->bound.verdict != VERDICT_UNKNOWN && bound.bytes > entry->bound.bytes))
			continue;
		entry->node = nodes[i];
		entry->bound = bound;
	}
	if (count > 1)
		graph_find(&analysis->graph,
			   arena_printf(analysis->arena, "%s: %zu functions have this name; the deepest one counts",
					entry->name, count));
}

static void set_budget(struct analysis *analysis, struct analysis_entry *entry, int64_t budget)
{
	const struct graph_node *node = &analysis->graph.nodes[entry->node];
	enum name_match best = NAME_DIFFERS;

	entry->budget = budget;
	entry->budget_from = "--budget";
	for (size_t i = 0; i < analysis->config.budgets.count; i++) {
		struct config_item *item = &analysis->config.budgets.items[i];
		enum name_match match = strcmp(item->name, entry->name) == 0
						? NAME_EXACT
						: name_matches(item->name, node->name, node->file);

		if (match <= best && !(match == best && match && item->number < entry->budget))
			continue;
		best = match;
		item->used = true;
		entry->budget = item->number;
		entry->budget_from = item->where;
	}
}

static void find_unused(struct analysis *analysis, const char *section, const struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!list->items[i].used)
			graph_find(&analysis->graph,
				   arena_printf(analysis->arena,
						"%s: %s[\"%s\"] matches nothing that these entries reach",
						list->items[i].where, section, list->items[i].name));
	}
}

bool analysis_run(struct analysis *analysis, const char *const *entries, size_t entry_count, int64_t budget,
		  struct error *error)
{
	uint32_t **nodes = arena_alloc(analysis->arena, (entry_count + 1) * sizeof(*nodes));
	size_t *counts = arena_alloc(analysis->arena, (entry_count + 1) * sizeof(*counts));

	if (!make_images(analysis, entries, entry_count, error))
		return false;
	for (size_t i = 0; i < analysis->image_count; i++) {
		if (!stack_sizes_parse(&analysis->evidence, &analysis->images[i], error))
			return false;
	}
	mark_absent(analysis);
	analysis->code = graph_code_create(&analysis->graph, analysis->images, analysis->image_count, &analysis->config,
					   &analysis->evidence);
	for (size_t e = 0; e < entry_count; e++) {
		counts[e] = graph_code_lookup(analysis->code, entries[e], &nodes[e]);
		if (counts[e])
			continue;
		if (analysis->image_count)
			return not_found(analysis, entries[e], error);
	}
	graph_code_build(analysis->code);
	if (!analysis->image_count && !graph_ci_build(&analysis->graph, &analysis->config, &analysis->evidence))
		return not_found(analysis, entry_count ? entries[0] : "?", error);
	for (size_t e = 0; e < entry_count && !analysis->image_count; e++) {
		counts[e] = graph_ci_lookup(&analysis->graph, entries[e], &nodes[e]);
		if (!counts[e])
			return not_found(analysis, entries[e], error);
	}
	analysis->bounds = bounds_create(&analysis->graph);
	if (analysis->image_count)
		crosscheck(&analysis->graph, analysis->code, &analysis->evidence);
	for (size_t e = 0; e < entry_count; e++) {
		struct analysis_entry entry = {.name = entries[e]};

		take_worst(analysis, &entry, nodes[e], counts[e]);
		set_budget(analysis, &entry, budget);
		arena_push(analysis->arena, analysis->entries, analysis->entry_count, entry);
	}
	stacks_compute(analysis);
	find_unused(analysis, "recursion", &analysis->config.recursion);
	find_unused(analysis, "calls", &analysis->config.calls);
	find_unused(analysis, "frames", &analysis->config.frames);
	find_unused(analysis, "totals", &analysis->config.totals);
	find_unused(analysis, "switches", &analysis->config.switches);
	return true;
}

bool analysis_is_over(const struct analysis_entry *entry)
{
	return entry->bound.verdict != VERDICT_UNKNOWN && entry->budget >= 0 && entry->bound.bytes > entry->budget;
}
