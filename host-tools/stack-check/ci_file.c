/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Call graph files of GCC's -fcallgraph-info: VCG text, one statement a line. */
#include "evidence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct evidence *evidence;
	const char *name;
	unsigned int line;
	struct error *error;
	char *at, *end;
	uint32_t unit;
};

static bool refuse(const struct parser *parser, const char *rule)
{
	return error_set(parser->error, "%s:%u: %s", parser->name, parser->line, rule);
}

static void skip_space(struct parser *parser)
{
	char *at = parser->at;

	while (at < parser->end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	parser->at = at;
}

static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || byte == '_' || (byte >= '0' && byte <= '9') ||
	       (byte >= 'A' && byte <= 'Z');
}

/* A word up to a space or colon */
static size_t word(struct parser *parser, const char **start)
{
	char *at;

	skip_space(parser);
	at = parser->at;
	*start = at;
	while (at < parser->end && is_word(*at))
		at++;
	parser->at = at;
	return (size_t)(at - *start);
}

/* A text in quotes, with \n and \" taken for what they mean; it is ended and changed where it lies. */
static char *quoted(struct parser *parser)
{
	char *text, *to, *from, *end = parser->end;

	if (parser->at >= end || *parser->at != '"')
		return NULL;
	text = from = parser->at + 1;
	to = memchr(from, '"', (size_t)(end - from));
	if (to && !memchr(from, '\\', (size_t)(to - from))) {
		*to = '\0';
		parser->at = to + 1;
		return text;
	}
	to = from;
	for (; from < end && *from != '"'; from++) {
		if (*from == '\\' && from + 1 < end) {
			from++;
			*to++ = *from == 'n' ? '\n' : *from;
		} else {
			*to++ = *from;
		}
	}
	if (from >= end)
		return NULL;
	*to = '\0';
	parser->at = from + 1;
	return text;
}

struct fields {
	char *title, *label, *source, *target;
	bool ellipse;
};

static bool parse_fields(struct parser *parser, struct fields *fields)
{
	for (;;) {
		const char *start;
		size_t length;
		char **field = NULL;

		skip_space(parser);
		if (parser->at < parser->end && *parser->at == '}')
			return true;
		length = word(parser, &start);
		if (!length)
			return refuse(parser, "a field name is wanted");
		if (length == 5 && memcmp(start, "title", 5) == 0)
			field = &fields->title;
		else if (length == 5 && memcmp(start, "label", 5) == 0)
			field = &fields->label;
		else if (length == 10 && memcmp(start, "sourcename", 10) == 0)
			field = &fields->source;
		else if (length == 10 && memcmp(start, "targetname", 10) == 0)
			field = &fields->target;
		fields->ellipse |= length == 5 && memcmp(start, "shape", 5) == 0;
		skip_space(parser);
		if (parser->at >= parser->end || *parser->at++ != ':')
			return refuse(parser, "':' is wanted after a field's name");
		skip_space(parser);
		if (parser->at < parser->end && *parser->at == '"') {
			char *text = quoted(parser);

			if (!text)
				return refuse(parser, "a quoted text does not end");
			if (field)
				*field = text;
		} else if (field || !word(parser, &start)) {
			return refuse(parser, "a quoted text is wanted");
		}
	}
}

/* With link-time optimization titles begin with the name of a temporary file, another in every build. */
static const char *stable_title(const char *title)
{
	const char *mark = strstr(title, ".ltrans");
	const char *colon = mark ? strchr(mark, ':') : NULL;

	return colon && colon[1] ? colon + 1 : title;
}

static bool parse_size(struct parser *parser, const char *line, struct ci_node *node)
{
	char *end;

	if (!isdigit((unsigned char)*line))
		return refuse(parser, "a node's third line holds its bytes");
	node->bytes = strtol(line, &end, 10);
	if (strncmp(end, " bytes (", 8) != 0 || node->bytes < 0 || node->bytes > INT32_MAX)
		return refuse(parser, "'N bytes (kind)' is wanted");
	node->kind = strncmp(end + 8, "static", 6) == 0 ? USAGE_STATIC
		     : strstr(end, "bounded") != NULL	? USAGE_BOUNDED
							: USAGE_DYNAMIC;
	return true;
}

/* Label: function, file:line:column, bytes, dynamic objects; the last two with -fcallgraph-info=su,da only */
static bool parse_label(struct parser *parser, char *label, struct ci_node *node)
{
	char *lines[4] = {label}, *colon;
	int count = 1;

	for (char *at = label; count < 4 && (at = strchr(at, '\n')); count++) {
		*at++ = '\0';
		lines[count] = at;
	}
	node->function = lines[0];
	if (count > 1) {
		colon = strrchr(lines[1], ':');
		if (colon) {
			*colon = '\0';
			colon = strrchr(lines[1], ':');
			if (colon)
				*colon = '\0';
		}
		node->file = lines[1];
	}
	node->bytes = -1;
	if (count > 2 && node->defined && !parse_size(parser, lines[2], node))
		return false;
	node->vla = count > 3 && !(lines[3][0] == '0' && lines[3][1] == ' ');
	return true;
}

static bool parse_node(struct parser *parser)
{
	struct fields fields = {.title = NULL};
	struct ci_node node = {.unit = parser->unit};
	const char *colon;

	if (!parse_fields(parser, &fields))
		return false;
	if (!fields.title || !fields.label)
		return refuse(parser, "a node has title and label");
	node.title = stable_title(fields.title);
	node.defined = !fields.ellipse;
	colon = strrchr(fields.title, ':');
	node.local = colon && colon[1];
	if (!parse_label(parser, fields.label, &node))
		return false;
	/* The label's name may be the source's; the title ends with the symbol's. */
	node.function = node.local ? colon + 1 : node.title;
	arena_push(parser->evidence->arena, parser->evidence->nodes, parser->evidence->node_count, node);
	if (node.defined && node.bytes >= 0) {
		struct usage row = {.function = node.function,
				    .file = node.file ? node.file : "",
				    .bytes = node.bytes,
				    .kind = node.kind,
				    .from = parser->name};

		evidence_add(parser->evidence, &row);
	}
	return true;
}

static bool parse_edge(struct parser *parser)
{
	struct fields fields = {.title = NULL};
	struct ci_edge edge = {.unit = parser->unit};

	if (!parse_fields(parser, &fields))
		return false;
	if (!fields.source || !fields.target)
		return refuse(parser, "an edge has sourcename and targetname");
	edge.from = stable_title(fields.source);
	edge.to = stable_title(fields.target);
	edge.location = fields.label;
	arena_push(parser->evidence->arena, parser->evidence->edges, parser->evidence->edge_count, edge);
	return true;
}

static bool parse_line(struct parser *parser, bool *open)
{
	const char *start;
	size_t length;

	skip_space(parser);
	if (parser->at == parser->end)
		return true;
	if (*parser->at == '}') {
		if (!*open)
			return refuse(parser, "'}' without a graph");
		*open = false;
		return true;
	}
	length = word(parser, &start);
	skip_space(parser);
	if (parser->at >= parser->end || *parser->at++ != ':')
		return refuse(parser, "not a line of a call graph file");
	skip_space(parser);
	if (parser->at >= parser->end || *parser->at++ != '{')
		return refuse(parser, "'{' is wanted");
	if (length == 5 && memcmp(start, "graph", 5) == 0) {
		*open = true;
		return true; /* its title is the unit's name */
	}
	if (!*open)
		return refuse(parser, "'graph: {' comes first");
	if (length == 4 && memcmp(start, "node", 4) == 0)
		return parse_node(parser);
	if (length == 4 && memcmp(start, "edge", 4) == 0)
		return parse_edge(parser);
	return refuse(parser, "node or edge is wanted");
}

bool ci_parse(struct evidence *evidence, const char *name, char *text, size_t size, struct error *error)
{
	struct parser parser = {
		.evidence = evidence, .name = name, .error = error, .unit = (uint32_t)evidence->unit_count};
	bool open = false;

	arena_push(evidence->arena, evidence->units, evidence->unit_count, name);
	if (memchr(text, '\0', size))
		return error_set(error, "%s:1: not a text file", name);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end ? (size_t)(end - (text + at)) : size - at;

		parser.line++;
		parser.at = text + at;
		parser.end = parser.at + length;
		if (!parse_line(&parser, &open))
			return false;
		at += length + 1;
	}
	if (open)
		return error_set(error, "%s:%u: the file ends inside the graph", name, parser.line);
	return true;
}
