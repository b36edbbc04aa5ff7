/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "event_log.h"
#include "event_type.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 72u
#define BANKS 3u

static const TPMI_ALG_HASH banks[BANKS] = {TPM2_ALG_SHA256, TPM2_ALG_SHA384, TPM2_ALG_SHA512};

/* The event's data as text: 8-bit or UTF-16 letters, everything else as a dot */
static void text_of(const struct event_log_event *event, char out[TEXT_MAX + 1])
{
	size_t length = 0, step = event->size >= 4 && event->data[1] == 0 && event->data[3] == 0 ? 2 : 1;

	for (size_t i = 0; i < event->size && length < TEXT_MAX; i += step) {
		uint8_t letter = event->data[i];

		if (letter == 0 && i + step >= event->size)
			break;
		out[length++] = letter >= 0x20 && letter <= 0x7e ? (char)letter : '.';
	}
	out[length] = 0;
}

/* UEFI_VARIABLE_DATA: GUID, length of name and of data, name in UTF-16 */
static bool variable_name(const struct event_log_event *event, char out[TEXT_MAX + 1])
{
	uint64_t count = 0;
	size_t length = 0;

	if ((event->type & ~0xffu) != 0x80000000u || event->size < 32)
		return false;
	if (event->type != 0x80000001u && event->type != 0x80000002u && event->type != 0x8000000cu &&
	    event->type != 0x800000e0u)
		return false;
	memcpy(&count, event->data + 16, sizeof(count));
	if (count == 0 || count > (event->size - 32) / 2)
		return false;
	for (; length < count && length < TEXT_MAX; length++) {
		uint8_t letter = event->data[32 + 2 * length];

		out[length] =
			letter >= 0x20 && letter <= 0x7e && event->data[33 + 2 * length] == 0 ? (char)letter : '.';
	}
	out[length] = 0;
	return true;
}

static void show_event(const struct event_log_event *event, FILE *out)
{
	const char *name = event_type_name(event->type);
	char text[TEXT_MAX + 1];
	bool variable = variable_name(event, text);

	if (!variable)
		text_of(event, text);
	fprintf(out, "%5u  PCR %-2u  ", event->number, event->pcr);
	if (name)
		fprintf(out, "%-33s", name);
	else
		fprintf(out, "type %08xh%-19s", event->type, "");
	fprintf(out, "%s%s\n", variable ? "variable " : "", text);
	for (uint32_t i = 0; i < EVENT_LOG_ALGORITHMS_MAX; i++) {
		char *hex = event->digest[i].bytes ? blob_hex(event->digest[i].bytes, event->digest[i].size) : NULL;

		if (hex)
			fprintf(out, "       %04xh   %s\n", event->digest[i].algorithm, hex);
		free(hex);
	}
}

static void show_values(const struct blob *bytes, TPMI_ALG_HASH bank, FILE *out)
{
	static const uint8_t reset[64];
	struct event_log_replay replay;
	struct error error;

	if (!event_log_replay(bytes, bank, &replay, &error))
		return;
	fprintf(out, "PCR values of %s that these events lead to, from a reset\n", evidence_bank_name(bank));
	for (unsigned int i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		char title[16];

		snprintf(title, sizeof(title), "PCR %u", i);
		if (memcmp(replay.pcr[i], reset, evidence_bank_size(bank)) != 0)
			show_hex(out, title, replay.pcr[i], evidence_bank_size(bank));
	}
}

bool show_event_log(const struct blob *bytes, FILE *out, struct error *error)
{
	struct event_log_reader reader;
	struct event_log_event event;

	if (!event_log_open(&reader, bytes, error))
		return false;
	fprintf(out, "TCG event log, %zu bytes\n", bytes->size);
	while (event_log_next(&reader, &event, error))
		show_event(&event, out);
	if (error->kind != ERROR_NONE)
		return false;
	for (size_t i = 0; i < BANKS; i++)
		show_values(bytes, banks[i], out);
	return true;
}
