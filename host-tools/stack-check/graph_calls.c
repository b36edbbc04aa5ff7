/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Calls through pointers: which annotation is meant, and whether the program has outgrown it. */
#include "address_taken.h"
#include "graph_rules.h"
#include "name.h"
#include "source_line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "path:12" or "path:12:3" */
static bool is_place(const char *key)
{
	const char *colon = strrchr(key, ':');

	return colon && colon != key && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

/* Whether "path:12[:3]" as written covers the location path:line:column */
static bool place_matches(const char *key, const char *location)
{
	char written[600], actual[600], *at;
	int fields = 0;

	if (strlen(key) >= sizeof(written) || strlen(location) >= sizeof(actual))
		return false;
	strcpy(written, key);
	strcpy(actual, location);
	for (at = strrchr(written, ':'); at && isdigit((unsigned char)at[1]); at = strrchr(written, ':')) {
		fields++;
		*at = '\0';
	}
	for (at = strrchr(actual, ':'); at && isdigit((unsigned char)at[1]); at = strrchr(actual, ':'))
		*at = '\0';
	if (!name_same_file(written, actual))
		return false;
	key += strlen(written);
	location += strlen(actual);
	return strncmp(key, location, strlen(key)) == 0 &&
	       (location[strlen(key)] == '\0' || location[strlen(key)] == ':') && fields > 0;
}

/* By the compiler's call graph: its calls through pointers in this function have places. */
static bool ci_place_matches(const struct evidence *evidence, const struct graph_node *node, const char *key)
{
	bool all = false;

	for (size_t i = 0; i < evidence->edge_count; i++) {
		const struct ci_edge *edge = &evidence->edges[i];
		const char *colon = strrchr(edge->from, ':');

		if (strcmp(edge->to, CI_INDIRECT) != 0 || !edge->location ||
		    strcmp(colon ? colon + 1 : edge->from, node->name) != 0)
			continue;
		if (!place_matches(key, edge->location))
			return false; /* several places, and the code does not tell which is which */
		all = true;
	}
	return all;
}

struct config_item *rules_find_calls(struct config *config, const struct graph_node *node, const struct image *image,
				     const struct evidence *evidence, const struct frame_site *site)
{
	char location[600], address[32];

	snprintf(address, sizeof(address), "0x%" PRIx64, site->address);
	for (size_t i = 0; i < config->calls.count; i++) {
		struct config_item *item = &config->calls.items[i];

		if (strcmp(item->name, address) == 0)
			return item;
		if (!is_place(item->name))
			continue;
		if (source_line(image->name, site->address, location, sizeof(location))
			    ? place_matches(item->name, location)
			    : ci_place_matches(evidence, node, item->name))
			return item;
	}
	return rules_find(&config->calls, node);
}

const char *rules_describe_calls(struct graph *graph, const struct config_item *item)
{
	char names[600] = "";
	size_t used = 0;

	for (size_t i = 0; i < item->name_count && used < 400; i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%.100s", i ? ", " : "", item->names[i]);
	return arena_printf(graph->arena, "calls: %s calls %s and nothing else through a pointer%s%s (%s)", item->name,
			    item->name_count ? names : "nothing", item->reason ? " because " : "",
			    item->reason ? item->reason : "", item->where);
}

static bool contains(const uint64_t *targets, size_t count, uint64_t target)
{
	for (size_t i = 0; i < count; i++) {
		if (targets[i] == target)
			return true;
	}
	return false;
}

static const char *name_of(const struct image *image, uint64_t address)
{
	const struct image_function *function = image_function_at(image, address);
	const char *name = image_extern(image, address);

	return function ? function->name : name ? name : "?";
}

static void report_gain(struct graph *graph, uint32_t node, const struct config_item *item, const char *table,
			const char *function)
{
	graph_reason(
		graph, node,
		arena_printf(graph->arena,
			     "%s: calls[\"%s\"] does not list %s, which the table %s holds beside listed functions",
			     item->where, item->name, function, table));
}

void rules_check_table(struct graph *graph, const struct image *image, uint32_t node, const struct frame_site *site,
		       const struct config_item *item, const uint64_t *targets, size_t count)
{
	const struct image_data *data = image_data_covering(image, site->table);

	for (size_t i = 0; i < site->target_count; i++) {
		if (!contains(targets, count, site->targets[i]))
			report_gain(graph, node, item, data ? data->name : "?", name_of(image, site->targets[i]));
	}
}

struct pointers { /* of one data object */
	const uint64_t *targets;
	size_t count;
	uint64_t first, stride; /* of the listed ones */
	size_t listed;
	bool report;
	struct graph *graph;
	const struct image *image;
	const struct image_data *data;
	const struct config_item *item;
	uint32_t node;
};

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static void look_at_pointer(void *context, uint64_t offset, uint64_t target)
{
	struct pointers *pointers = context;
	bool known = contains(pointers->targets, pointers->count, target);

	if (!pointers->report) {
		if (!known)
			return;
		if (!pointers->listed++)
			pointers->first = offset;
		else
			pointers->stride = common_divisor(pointers->stride, offset - pointers->first);
		return;
	}
	/* Listed functions stand at equal distances: what stands there too is called in the same way. */
	if (!known && pointers->stride &&
	    (offset > pointers->first ? offset - pointers->first : pointers->first - offset) % pointers->stride == 0)
		report_gain(pointers->graph, pointers->node, pointers->item, pointers->data->name,
			    name_of(pointers->image, target));
}

void rules_check_pointers(struct graph *graph, const struct image *image, uint32_t node, const struct config_item *item,
			  const uint64_t *targets, size_t count)
{
	for (size_t i = 0; i < image->data_count; i++) {
		struct pointers pointers = {.targets = targets,
					    .count = count,
					    .graph = graph,
					    .image = image,
					    .data = &image->data[i],
					    .item = item,
					    .node = node};

		address_taken_in_data(image, &image->data[i], look_at_pointer, &pointers);
		pointers.report = true;
		if (pointers.listed > 1)
			address_taken_in_data(image, &image->data[i], look_at_pointer, &pointers);
	}
}
