/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "diff.h"
#include "options.h"
#include "report.h"
#include "stacks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Entries are those named and those of stacks; without names, all that have a budget. */
static void default_entries(struct analysis *analysis, struct options *options)
{
	if (!options->entry_count) {
		for (size_t i = 0; i < analysis->config.budgets.count; i++)
			arena_push(analysis->arena, options->entries, options->entry_count,
				   analysis->config.budgets.items[i].name);
		stacks_entries(&analysis->config, analysis->arena, &options->entries, &options->entry_count);
	} else if (analysis->config.stack_count) {
		/* A run for some entries says nothing about whole stacks. */
		analysis->config.stack_count = 0;
	}
}

static int exit_status(const struct analysis *analysis, bool allow_unknown)
{
	int status = EXIT_WITHIN;

	for (size_t i = 0; i < analysis->stack_count; i++) {
		if (stacks_is_over(&analysis->stacks[i]))
			return EXIT_OVER;
	}
	for (size_t i = 0; i < analysis->entry_count; i++) {
		if (analysis_is_over(&analysis->entries[i]))
			return EXIT_OVER;
		if (analysis->entries[i].bound.verdict == VERDICT_UNKNOWN && !allow_unknown)
			status = EXIT_UNKNOWN;
	}
	return status;
}

static bool cannot_write(const char *path, struct error *error)
{
	return error_set(error, "%s: cannot be written: %s", path, strerror(errno));
}

static bool write_json_file(const char *path, json_t *value, struct error *error)
{
	FILE *out = fopen(path, "we");
	bool good;

	if (!out) {
		json_decref(value);
		return cannot_write(path, error);
	}
	good = report_write_json(value, out);
	good &= fclose(out) == 0;
	return good || cannot_write(path, error);
}

static bool write_text_file(const struct analysis *analysis, const char *path,
			    void (*write)(const struct analysis *analysis, FILE *out), struct error *error)
{
	FILE *out = fopen(path, "we");
	bool good;

	if (!out)
		return cannot_write(path, error);
	write(analysis, out);
	good = !ferror(out);
	good &= fclose(out) == 0;
	return good || cannot_write(path, error);
}

static bool write_files(const struct analysis *analysis, const struct options *options, struct error *error)
{
	return (!options->sarif || write_json_file(options->sarif, report_sarif(analysis), error)) &&
	       (!options->folded || write_text_file(analysis, options->folded, report_folded, error)) &&
	       (!options->html || write_text_file(analysis, options->html, report_html, error));
}

static json_t *load_result(struct arena *arena, const char *path, struct error *error)
{
	char *text;
	size_t size;

	return input_read(arena, path, &text, &size, error) ? diff_load(path, text, size, error) : NULL;
}

/* Returns EXIT_OVER when something got worse. */
static int compare(const struct analysis *analysis, const char *baseline, FILE *out, struct error *error)
{
	json_t *old = load_result(analysis->arena, baseline, error), *new;
	bool worse;

	if (!old)
		return EXIT_BAD_INPUT;
	new = report_json(analysis);
	worse = diff_print(analysis->arena, old, new, out);
	json_decref(old);
	json_decref(new);
	return worse ? EXIT_OVER : EXIT_WITHIN;
}

/* EXIT_BAD_INPUT in place of `status` when what was printed did not arrive. */
static int finish_output(int status, struct error *error)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	error_set(error, "cannot write the result");
	return EXIT_BAD_INPUT;
}

static int run(struct analysis *analysis, struct options *options, struct error *error)
{
	int status = EXIT_WITHIN;
	bool written = true;

	if (!read_inputs(analysis, options, error) || !analysis_read_notes(analysis, error))
		return EXIT_BAD_INPUT;
	default_entries(analysis, options);
	if (!options->entry_count) {
		error_set(error, "no entry given: use --entry NAME, or a config with budgets");
		return EXIT_BAD_INPUT;
	}
	if (!analysis_run(analysis, options->entries, options->entry_count, options->budget, error))
		return EXIT_BAD_INPUT;
	if (options->json)
		written = report_write_json(report_json(analysis), stdout);
	else
		report_table(analysis, options->quiet, stdout);
	if (!write_files(analysis, options, error))
		return EXIT_BAD_INPUT;
	if (options->baseline)
		status = compare(analysis, options->baseline, options->json ? stderr : stdout, error);
	if (status == EXIT_WITHIN)
		status = exit_status(analysis, options->allow_unknown);
	if (!written && !*error->text)
		error_set(error, "cannot write the result");
	return written ? status : EXIT_BAD_INPUT;
}

static int run_diff(struct arena *arena, int argc, char **argv, struct error *error)
{
	json_t *old, *new;
	bool worse = false;

	if (argc != 4) {
		error_set(error, "diff needs OLD.json and NEW.json; try '" PROGRAM " --help'");
		return EXIT_BAD_INPUT;
	}
	old = load_result(arena, argv[2], error);
	new = old ? load_result(arena, argv[3], error) : NULL;
	if (new)
		worse = diff_print(arena, old, new, stdout);
	json_decref(old);
	json_decref(new);
	if (!new)
		return EXIT_BAD_INPUT;
	return worse ? EXIT_OVER : EXIT_WITHIN;
}

int main(int argc, char **argv)
{
	struct arena arena = {.blocks = NULL};
	struct analysis analysis;
	struct options options;
	struct error error = {.text = ""};
	int status = EXIT_BAD_INPUT;

	analysis_init(&analysis, &arena);
	if (argc > 1 && strcmp(argv[1], "diff") == 0)
		status = run_diff(&arena, argc, argv, &error);
	else if (options_parse(&arena, argc, argv, &options, &error))
		status = options.done ? EXIT_WITHIN : run(&analysis, &options, &error);
	if (status != EXIT_BAD_INPUT)
		status = finish_output(status, &error);
	if (*error.text)
		fprintf(stderr, PROGRAM ": %s\n", error.text);
	analysis_free(&analysis);
	arena_free(&arena);
	return status;
}
