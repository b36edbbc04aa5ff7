/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One HTML page without scripts: results, and below each entry its calls as a tree that opens level by level. */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TREE_NODES_MAX 4000 /* of one entry; what lies below is cut off and says so */
#define TREE_DEPTH_MAX 40
#define CALLEES_MAX 60

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Stack use</title>\n<style>\n"
	"body{font:14px system-ui,sans-serif;margin:2em;max-width:80em}table{border-collapse:collapse}\n"
	"td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #ccc}td.n{text-align:right}\n"
	"details{margin-left:1.2em}summary{cursor:pointer}p.leaf{margin:0 0 0 2.2em}\n"
	".proved{color:#070}.assumed{color:#850}.unknown,.over{color:#b00;font-weight:bold}small{color:#666}\n"
	"b.worst{background:#ffe9a8}\n</style></head><body>\n<h1>Stack use</h1>\n";

static void escape(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

struct tree {
	const struct analysis *analysis;
	FILE *out;
	unsigned int left;
	bool *open; /* functions on the way from the root */
};

struct child {
	uint32_t node;
	int64_t weight, total;
};

static int deepest_first(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static size_t children_of(const struct tree *tree, uint32_t node, struct child **children)
{
	const struct analysis *analysis = tree->analysis;
	const struct graph_node *from = &analysis->graph.nodes[node];
	size_t count = 0;

	*children = NULL;
	for (uint32_t e = 0; e < from->edge_count; e++) {
		for (uint32_t c = 0; c < from->edges[e].callee_count; c++) {
			struct child child = {from->edges[e].callees[c], from->edges[e].weight[ALIGN_ANY], 0};
			size_t same = 0;

			child.total = child.weight + bounds_total(analysis->bounds, child.node, ALIGN_ANY);
			while (same < count && (*children)[same].node != child.node)
				same++;
			if (same < count && (*children)[same].total < child.total)
				(*children)[same] = child;
			else if (same == count)
				arena_push(analysis->arena, *children, count, child);
		}
	}
	if (count)
		qsort(*children, count, sizeof(**children), deepest_first);
	return count;
}

static void write_label(const struct tree *tree, uint32_t node, int64_t weight)
{
	const struct graph_node *at = &tree->analysis->graph.nodes[node];

	fprintf(tree->out, "%" PRId64 " ", bounds_total(tree->analysis->bounds, node, ALIGN_ANY));
	fputs("<b>", tree->out);
	escape(at->name, tree->out);
	fputs("</b> <small>", tree->out);
	escape(at->file ? at->file : "?", tree->out);
	fprintf(tree->out, ", own %" PRId64, at->own[ALIGN_ANY]);
	if (weight >= 0)
		fprintf(tree->out, ", caller holds %" PRId64, weight);
	fputs("</small>", tree->out);
}

static void write_tree(struct tree *tree, uint32_t node, int64_t weight, unsigned int depth)
{
	struct child *children;
	size_t count;

	if (tree->open[node] || !tree->left || depth > TREE_DEPTH_MAX) {
		fputs("<p class=\"leaf\">", tree->out);
		write_label(tree, node, weight);
		fputs(tree->open[node] ? " (calls itself)</p>\n" : " ...</p>\n", tree->out);
		return;
	}
	tree->left--;
	count = children_of(tree, node, &children);
	if (!count) {
		fputs("<p class=\"leaf\">", tree->out);
		write_label(tree, node, weight);
		fputs("</p>\n", tree->out);
		return;
	}
	fputs(depth ? "<details><summary>" : "<details open><summary>", tree->out);
	write_label(tree, node, weight);
	fputs("</summary>\n", tree->out);
	tree->open[node] = true;
	for (size_t i = 0; i < count && i < CALLEES_MAX; i++)
		write_tree(tree, children[i].node, children[i].weight, depth + 1);
	if (count > CALLEES_MAX)
		fprintf(tree->out, "<p class=\"leaf\">and %zu less deep ones</p>\n", count - CALLEES_MAX);
	tree->open[node] = false;
	fputs("</details>\n", tree->out);
}

static void write_list(const char *title, const char *const *list, size_t count, FILE *out)
{
	if (!count)
		return;
	fprintf(out, "<details><summary>%s (%zu)</summary><ul>\n", title, count);
	for (size_t i = 0; i < count; i++) {
		fputs("<li>", out);
		escape(list[i], out);
		fputs("</li>\n", out);
	}
	fputs("</ul></details>\n", out);
}

static void write_summary(const struct analysis *analysis, FILE *out)
{
	fputs("<table><tr><th>entry</th><th>bytes</th><th>budget</th><th>headroom</th><th>verdict</th></tr>\n", out);
	for (size_t i = 0; i < analysis->entry_count; i++) {
		const struct analysis_entry *entry = &analysis->entries[i];
		const char *verdict = report_verdict(entry->bound.verdict);

		fprintf(out, "<tr><td><a href=\"#e%zu\">", i);
		escape(entry->name, out);
		fprintf(out, "</a></td><td class=\"n\">%s%" PRId64 "</td>",
			entry->bound.verdict == VERDICT_UNKNOWN ? "&ge; " : "", entry->bound.bytes);
		if (entry->budget >= 0)
			fprintf(out, "<td class=\"n\">%" PRId64 "</td><td class=\"n%s\">%" PRId64 "</td>",
				entry->budget, analysis_is_over(entry) ? " over" : "",
				entry->budget - entry->bound.bytes);
		else
			fputs("<td></td><td></td>", out);
		fprintf(out, "<td class=\"%s\">%s</td></tr>\n", verdict, verdict);
	}
	fputs("</table>\n", out);
}

void report_html(const struct analysis *analysis, FILE *out)
{
	struct tree tree = {.analysis = analysis, .out = out};

	tree.open = calloc(analysis->graph.node_count + 1, sizeof(bool));
	if (!tree.open)
		abort();
	fputs(head, out);
	write_summary(analysis, out);
	for (size_t i = 0; i < analysis->entry_count; i++) {
		const struct analysis_entry *entry = &analysis->entries[i];

		fprintf(out, "<h2 id=\"e%zu\">", i);
		escape(entry->name, out);
		fputs("</h2>\n<ol>\n", out);
		for (size_t s = 0; s < entry->bound.path_count; s++) {
			const struct bound_step *step = &entry->bound.path[s];

			if (analysis->graph.nodes[step->node].is_choice)
				continue;
			fprintf(out, "<li>%" PRId64 " <b class=\"worst\">", step->frame);
			escape(analysis->graph.nodes[step->node].name, out);
			fputs("</b></li>\n", out);
		}
		fputs("</ol>\n", out);
		write_list("rests on", entry->bound.assumptions, entry->bound.assumption_count, out);
		write_list("not known", entry->bound.reasons, entry->bound.reason_count, out);
		tree.left = TREE_NODES_MAX;
		write_tree(&tree, entry->node, -1, 0);
	}
	write_list("findings", analysis->graph.findings, analysis->graph.finding_count, out);
	fputs("</body></html>\n", out);
	free(tree.open);
}
