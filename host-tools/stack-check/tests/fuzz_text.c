/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* libFuzzer target: the first byte chooses a text parser: .su, .ci, configuration, a saved result, records of sources.
 */
#include "config.h"
#include "diff.h"
#include "evidence.h"
#include "graph_ci.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void parse_ci(struct arena *arena, struct evidence *evidence, const char *text, size_t size)
{
	struct graph graph = {.arena = arena};
	struct config config = {.arena = arena};
	char *copy = malloc(size); /* of its very size, so that a step beyond is seen */
	struct error error;

	if (size)
		memcpy(copy, text, size);
	if (ci_parse(evidence, "fuzz", copy, size, &error))
		graph_ci_build(&graph, &config, evidence);
	map_free(&graph.finding_seen);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena arena = {.blocks = NULL};
	struct evidence evidence = {.arena = &arena};
	struct config config = {.arena = &arena};
	struct error error;
	const char *text = (const char *)bytes + 1;

	if (!size)
		return 0;
	size--;
	switch (bytes[0] % 5) {
	case 0:
		if (!su_parse(&evidence, "fuzz", text, size, &error) && !*error.text)
			__builtin_trap();
		break;
	case 1:
		parse_ci(&arena, &evidence, text, size);
		break;
	case 2:
		if (!config_parse(&config, "fuzz", text, size, &error) && !*error.text)
			__builtin_trap();
		break;
	case 3:
		json_decref(diff_load("fuzz", text, size, &error));
		break;
	default:
		if (!config_parse_notes(&config, "fuzz", bytes + 1, size, &error) && !*error.text)
			__builtin_trap();
		break;
	}
	evidence_free(&evidence);
	arena_free(&arena);
	return 0;
}
