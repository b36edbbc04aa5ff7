/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "build.h"

#include "accept.h"
#include "commands.h"
#include "igvm_write.h"
#include "manifest_file.h"
#include "svsm/cpu_limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_input(const struct build_request *request, const char *label, struct file_data *data,
		       struct image_input *input, struct error *error)
{
	const char *slash = strrchr(request->description, '/');
	char *path = NULL;
	int made;
	bool ok;

	if (label[0] == '/')
		made = asprintf(&path, "%s", label);
	else if (request->input_dir)
		made = asprintf(&path, "%s/%s", request->input_dir, label);
	else
		made = asprintf(&path, "%.*s%s", slash ? (int)(slash - request->description + 1) : 0,
				request->description, label);
	if (made < 0)
		return error_no_memory(error);
	ok = file_read(path, FILE_IMAGE_MAX, data, error);
	free(path);
	*input = (struct image_input){label, data->bytes, data->size};
	return ok;
}

static bool read_all(const struct build_request *request, struct build *build, struct error *error)
{
	struct description *description = &build->description;
	struct file_data text;
	bool ok;

	if (!file_read(request->description, FILE_TEXT_MAX, &text, error))
		return false;
	build->inputs.description = request->description;
	ok = description_parse(request->description, (const char *)text.bytes, text.size, description, error);
	file_data_free(&text);
	ok = ok && read_input(request, description->firmware, &build->firmware, &build->inputs.firmware, error);
	for (size_t i = 0; ok && i < description->module_count; i++) {
		ok = read_input(request, description->module[i].file, &build->module[i], &build->inputs.module[i],
				error);
		if (ok && description->module[i].kind == BOOT_MODULE_KEY_TEMPLATES)
			ok = manifest_check_module(description->module[i].file, build->module[i].bytes,
						   build->module[i].size, error);
	}
	if (ok && description->guest.kind != BOOT_GUEST_NONE)
		ok = read_input(request, description->guest.file, &build->guest, &build->inputs.guest, error);
	if (ok && description->guest.initrd)
		ok = read_input(request, description->guest.initrd, &build->initrd, &build->inputs.initrd, error);
	return ok;
}

/*
 * The first error found refuses: nothing leaves that the strict reader or the loader would not take. Warnings are about
 * what the description asks for and some hosts do not have.
 */
static bool clean(const struct build_request *request, struct build *build, struct error *error)
{
	struct findings *findings = calloc(1, sizeof(*findings));
	bool ok;

	if (!findings)
		return error_no_memory(error);
	ok = igvm_parse(request->output, build->igvm.bytes, build->igvm.size, &build->parsed, findings, error);
	if (ok)
		accept_check(&build->parsed, build->description.profile, findings);
	for (size_t i = 0; ok && i < findings->kept; i++) {
		const struct finding *finding = &findings->item[i];

		if (finding->severity == FINDING_ERROR)
			ok = error_set(error, ERROR_INVALID, "%s: offset 0x%" PRIx64 ": %s/%s: %s", request->output,
				       finding->offset, finding->scope, finding->rule, finding->message);
		else
			fprintf(stderr, PROGRAM ": warning: %s: %s/%s: %s\n", request->output, finding->scope,
				finding->rule, finding->message);
	}
	if (ok && build->description.vcpus > CPU_MAX)
		fprintf(stderr, PROGRAM ": warning: %s: vcpus: %" PRIu32 ", but the SVSM starts %d at most\n",
			request->description, build->description.vcpus, CPU_MAX);
	free(findings);
	return ok;
}

bool build_image(const struct build_request *request, struct build *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	return read_all(request, out, error) && image_layout(&out->description, &out->inputs, &out->image, error) &&
	       igvm_write(&out->image, &out->igvm, error) && clean(request, out, error);
}

void build_free(struct build *build)
{
	igvm_file_free(&build->parsed);
	file_data_free(&build->igvm);
	image_free(&build->image);
	file_data_free(&build->firmware);
	for (size_t i = 0; i < BOOT_MODULE_MAX; i++)
		file_data_free(&build->module[i]);
	file_data_free(&build->guest);
	file_data_free(&build->initrd);
	description_free(&build->description);
}
