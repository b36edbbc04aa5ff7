/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"
#include "sp_file.h"
#include "sp_hex.h"
#include "sp_report.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

const char command_forge_help[] =
	"  forge     signs a report whose fields were changed, for tests of verifiers.\n"
	"    --state DIR             signed with this chip's VCEK\n"
	"    --report FILE           the report to change, 1184 bytes; default: a new one of this chip with policy "
	"0x30000\n"
	"    --out FILE              the result\n"
	"    --keep-signature        leave the signature as it was, so that it does not fit\n"
	"    --FIELD VALUE           binary fields in hexadecimal of full length, others as a number. Fields: "
	"version,\n"
	"                            guest-svn, policy, family-id, image-id, vmpl, signature-algo, current-tcb,\n"
	"                            platform-info, key-info, report-data, measurement, host-data, id-key-digest,\n"
	"                            author-key-digest, report-id, report-id-ma, reported-tcb, cpuid-family, "
	"cpuid-model,\n"
	"                            cpuid-stepping, chip-id, committed-tcb, current-build, launch-tcb\n";

struct field {
	const char *name;
	size_t offset, size;
	bool number; /* little-endian */
};

#define BINARY(text, member)                                                                                           \
	{                                                                                                              \
		text, offsetof(struct snp_report, member), sizeof(((struct snp_report *)0)->member), false             \
	}
#define NUMBER(text, member)                                                                                           \
	{                                                                                                              \
		text, offsetof(struct snp_report, member), sizeof(((struct snp_report *)0)->member), true              \
	}

static const struct field fields[] = {
	NUMBER("version", version),
	NUMBER("guest-svn", guest_svn),
	NUMBER("policy", policy),
	BINARY("family-id", family_id),
	BINARY("image-id", image_id),
	NUMBER("vmpl", vmpl),
	NUMBER("signature-algo", signature_algo),
	BINARY("current-tcb", current_tcb),
	NUMBER("platform-info", platform_info),
	NUMBER("key-info", key_info),
	BINARY("report-data", report_data),
	BINARY("measurement", measurement),
	BINARY("host-data", host_data),
	BINARY("id-key-digest", id_key_digest),
	BINARY("author-key-digest", author_key_digest),
	BINARY("report-id", report_id),
	BINARY("report-id-ma", report_id_ma),
	BINARY("reported-tcb", reported_tcb),
	NUMBER("cpuid-family", cpuid_family),
	NUMBER("cpuid-model", cpuid_model),
	NUMBER("cpuid-stepping", cpuid_stepping),
	BINARY("chip-id", chip_id),
	BINARY("committed-tcb", committed_tcb),
	NUMBER("current-build", current_build),
	BINARY("launch-tcb", launch_tcb),
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

#define DEFAULT_POLICY 0x30000u

enum { STATE = FIELD_COUNT, REPORT, OUT, KEEP_SIGNATURE, FIXED_END };

struct forge {
	const char *state, *report, *out;
	const char *value[FIELD_COUNT]; /* NULL: unchanged */
	bool keep_signature;
};

static bool set_number(const struct field *field, const char *text, uint8_t *to)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    (field->size < sizeof(value) && value >> (8 * field->size) != 0))
		return false;
	memcpy(to, &value, field->size);
	return true;
}

static bool change(struct snp_report *report, const struct forge *forge)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = &fields[i];
		uint8_t *to = (uint8_t *)report + field->offset;

		if (forge->value[i] == NULL)
			continue;
		if (field->number ? !set_number(field, forge->value[i], to)
				  : !sp_hex_decode(forge->value[i], to, field->size))
			return sp_error("--%s: %s is not a %s of %zu bytes", field->name, forge->value[i],
					field->number ? "number" : "hexadecimal value", field->size);
	}
	return true;
}

static bool start(const struct sp_state *state, const struct forge *forge, struct snp_report *report)
{
	static const struct sp_guest guest = {.policy = DEFAULT_POLICY};
	size_t size;
	char *bytes;
	bool good;

	if (forge->report == NULL) {
		sp_report_fill(state, &guest, report);
		return true;
	}
	bytes = sp_file_read(NULL, forge->report, &size);
	if (bytes == NULL)
		return false;
	good = size == sizeof(*report);
	if (good)
		memcpy(report, bytes, sizeof(*report));
	free(bytes);
	return good || sp_error("%s has %zu bytes; a report has %zu", forge->report, size, sizeof(*report));
}

static bool run(const struct forge *forge)
{
	struct sp_state *state = sp_state_load(forge->state);
	struct snp_report report;
	bool done;

	if (state == NULL)
		return false;
	done = start(state, forge, &report) && change(&report, forge) &&
	       (forge->keep_signature || sp_report_sign(state, &report)) &&
	       sp_file_write(NULL, forge->out, &report, sizeof(report), 0644);
	sp_state_free(state);
	return done;
}

static bool parse(int argc, char **argv, struct forge *forge)
{
	struct option options[FIXED_END + 1] = {
		[STATE] = {"state", required_argument, NULL, STATE},
		[REPORT] = {"report", required_argument, NULL, REPORT},
		[OUT] = {"out", required_argument, NULL, OUT},
		[KEEP_SIGNATURE] = {"keep-signature", no_argument, NULL, KEEP_SIGNATURE},
	};
	int option;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		options[i] = (struct option){fields[i].name, required_argument, NULL, (int)i};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == STATE)
			forge->state = optarg;
		else if (option == REPORT)
			forge->report = optarg;
		else if (option == OUT)
			forge->out = optarg;
		else if (option == KEEP_SIGNATURE)
			forge->keep_signature = true;
		else if (option >= 0 && (size_t)option < FIELD_COUNT)
			forge->value[option] = optarg;
		else
			return false;
	}
	return (forge->state != NULL && forge->out != NULL && optind == argc) ||
	       sp_error("forge needs --state DIR and --out FILE");
}

int command_forge(int argc, char **argv)
{
	struct forge forge = {0};

	if (!parse(argc, argv, &forge))
		return EXIT_USAGE;
	return run(&forge) ? 0 : EXIT_FAILED;
}
