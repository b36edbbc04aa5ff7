/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"

#include "cpu_model.h"
#include "measure.h"
#include "vmm.h"

#include <getopt.h>
#include <stdio.h>

static const char help[] =
	"Usage: " PROGRAM " profiles [OPTIONS]\n"
	"List the loaders this tool knows, with every quirk and where it was read; then VMMs and CPU models.\n"
	"\n"
	"  -j, --json   JSON instead of text\n"
	"  -h, --help   this text\n";

static json_t *quirks_json(const struct profile *profile)
{
	json_t *list = json_array();

	for (const struct profile_quirk *quirk = profile->quirks; quirk->rule; quirk++)
		json_array_append_new(list, json_pack("{s:o, s:s, s:s}", "rule",
						      json_sprintf("%s/%s", profile->name, quirk->rule), "text",
						      quirk->text, "source", quirk->source));
	return list;
}

static json_t *all_json(void)
{
	json_t *profiles = json_array(), *vmms = json_array(), *models = json_array();
	const struct profile *profile;
	const struct vmm *vmm;
	const char *name;

	for (size_t i = 0; (profile = profile_at(i)); i++)
		json_array_append_new(profiles, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s?, s:o}", "name", profile->name,
							  "summary", profile->summary, "source", profile->source,
							  "vmsa_gpa", command_json_hex(profile->vmsa_gpa), "no_data",
							  measure_type_name(profile->no_data), "disagreement",
							  profile->disagreement, "quirks", quirks_json(profile)));
	for (size_t i = 0; (vmm = vmm_at(i)); i++)
		json_array_append_new(vmms,
				      json_pack("{s:s, s:s, s:s, s:s?}", "name", vmm->name, "summary", vmm->summary,
						"source", vmm->source, "disagreement", vmm->disagreement));
	for (size_t i = 0; (name = cpu_model_name(i)); i++) {
		uint32_t signature = 0;

		if (cpu_model_parse(name, &signature))
			json_array_append_new(models, json_pack("{s:s, s:o}", "name", name, "cpu_signature",
								command_json_hex(signature)));
	}
	return json_pack("{s:s, s:i, s:o, s:o, s:o}", "format", "svsm-igvm-profiles", "version", 1, "profiles",
			 profiles, "modes", vmms, "cpu_models", models);
}

static int print_text(void)
{
	const struct profile *profile;
	const struct vmm *vmm;
	const char *name;

	for (size_t i = 0; (profile = profile_at(i)); i++) {
		printf("%s: %s (%s)\n", profile->name, profile->summary, profile->source);
		for (const struct profile_quirk *quirk = profile->quirks; quirk->rule; quirk++)
			printf("  %s/%s: %s [%s]\n", profile->name, quirk->rule, quirk->text, quirk->source);
	}
	puts("\nVMMs of bare OVMF images (--mode):");
	for (size_t i = 0; (vmm = vmm_at(i)); i++)
		printf("  %s: %s [%s]%s%s\n", vmm->name, vmm->summary, vmm->source,
		       vmm->disagreement ? "; tools disagree: " : "", vmm->disagreement ? vmm->disagreement : "");
	puts("\nCPU models (--cpu-model), each also with its versions:");
	for (size_t i = 0; (name = cpu_model_name(i)); i++)
		printf("  %s\n", name);
	return command_flush();
}

int command_profiles(int argc, char **argv)
{
	bool json = false;
	const int status = command_json_option(argc, argv, help, &json);

	if (status)
		return status < 0 ? 0 : status;
	if (argc != optind)
		return command_usage(argv[0], "no file is needed");
	return json ? command_print_json(all_json()) : print_text();
}
