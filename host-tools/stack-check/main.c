/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_inputs(struct analysis *analysis, const struct options *options, struct error *error)
{
	for (size_t i = 0; i < options->config_count; i++) {
		char *text;
		size_t size;

		if (!input_read(analysis->arena, options->configs[i], &text, &size, error) ||
		    !config_parse(&analysis->config, options->configs[i], text, size, error))
			return false;
	}
	for (size_t i = 0; i < options->path_count; i++) {
		if (!input_add(&analysis->input, options->paths[i], error))
			return false;
	}
	return true;
}

/* Entries are those named, else all that have a budget. */
static void default_entries(struct analysis *analysis, struct options *options)
{
	if (options->entry_count)
		return;
	for (size_t i = 0; i < analysis->config.budgets.count; i++)
		arena_push(analysis->arena, options->entries, options->entry_count,
			   analysis->config.budgets.items[i].name);
}

static int exit_status(const struct analysis *analysis, bool allow_unknown)
{
	int status = EXIT_WITHIN;

	for (size_t i = 0; i < analysis->entry_count; i++) {
		if (analysis_is_over(&analysis->entries[i]))
			return EXIT_OVER;
		if (analysis->entries[i].bound.verdict == VERDICT_UNKNOWN && !allow_unknown)
			status = EXIT_UNKNOWN;
	}
	return status;
}

static int run(struct analysis *analysis, struct options *options, struct error *error)
{
	bool written;

	if (!read_inputs(analysis, options, error))
		return EXIT_BAD_INPUT;
	default_entries(analysis, options);
	if (!options->entry_count) {
		error_set(error, "no entry given: use --entry NAME, or a config with budgets");
		return EXIT_BAD_INPUT;
	}
	if (!analysis_run(analysis, options->entries, options->entry_count, options->budget, error))
		return EXIT_BAD_INPUT;
	if (options->json) {
		written = report_write_json(report_json(analysis), stdout);
	} else {
		report_table(analysis, stdout);
		written = true;
	}
	if (!written || fflush(stdout) != 0) {
		error_set(error, "cannot write the result");
		return EXIT_BAD_INPUT;
	}
	return exit_status(analysis, options->allow_unknown);
}

int main(int argc, char **argv)
{
	struct arena arena = {.blocks = NULL};
	struct analysis analysis;
	struct options options;
	struct error error = {.text = ""};
	int status = EXIT_BAD_INPUT;

	analysis_init(&analysis, &arena);
	if (options_parse(&arena, argc, argv, &options, &error))
		status = options.done ? EXIT_WITHIN : run(&analysis, &options, &error);
	if (*error.text)
		fprintf(stderr, PROGRAM ": %s\n", error.text);
	analysis_free(&analysis);
	arena_free(&arena);
	return status;
}
