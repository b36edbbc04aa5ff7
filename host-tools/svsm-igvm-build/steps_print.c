/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "steps_print.h"

#include "commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text_step(void *context, const struct digest_step *step)
{
	char digest[2 * SNP_DIGEST_SIZE + 1];

	(void)context;
	command_hex(step->digest, SNP_DIGEST_SIZE, digest);
	printf("%" PRIu64 " %s 0x%012" PRIx64 " %s\n", step->number, measure_type_name(step->type), step->gpa, digest);
}

static void json_step(void *context, const struct digest_step *step)
{
	char contents[2 * SNP_DIGEST_SIZE + 1], digest[2 * SNP_DIGEST_SIZE + 1];

	(void)context;
	command_hex(step->contents, SNP_DIGEST_SIZE, contents);
	command_hex(step->digest, SNP_DIGEST_SIZE, digest);
	printf("%s\n    {\"type\": \"%s\", \"gpa\": \"0x%" PRIx64 "\", \"offset\": %" PRIu64
	       ", \"contents\": \"%s\", \"digest\": \"%s\"}",
	       step->number > 1 ? "," : "", measure_type_name(step->type), step->gpa, step->offset, contents, digest);
}

bool steps_print_text(steps_measure *measure, const void *input, struct error *error)
{
	return measure(input, &(struct digest_sink){.step = text_step}, error);
}

bool steps_print_json(json_t *result, steps_measure *measure, const void *input, struct error *error)
{
	char *text = result ? json_dumps(result, JSON_INDENT(2)) : NULL;
	bool ok;

	json_decref(result);
	if (!text)
		return error_no_memory(error);
	printf("%.*s,\n  \"steps\": [", (int)strlen(text) - 2, text); /* without "\n}" */
	free(text);
	ok = measure(input, &(struct digest_sink){.step = json_step}, error);
	printf("\n  ]\n}\n");
	return ok;
}
