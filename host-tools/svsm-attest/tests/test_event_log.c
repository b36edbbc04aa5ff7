/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage event log: a log in memory, its replay, and what must not pass for one. */
#include "event_log.h"
#include "event_type.h"
#include "fixture.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_LOG 20
#define QUOTE 19

struct log {
	uint8_t bytes[4096];
	size_t size;
};

static void put(struct log *log, const void *data, size_t size)
{
	assert_true(log->size + size <= sizeof(log->bytes));
	memcpy(log->bytes + log->size, data, size);
	log->size += size;
}

static void put_number(struct log *log, uint32_t value, size_t size)
{
	for (size_t i = 0; i < size; i++, value >>= 8) {
		uint8_t byte = (uint8_t)value;

		put(log, &byte, 1);
	}
}

/* Spec ID event with one bank, SHA-256 */
static void put_header(struct log *log)
{
	static const uint8_t zero[20];

	put_number(log, 0, 4);
	put_number(log, EVENT_TYPE_NO_ACTION, 4);
	put(log, zero, 20);
	put_number(log, 33, 4);
	put(log, "Spec ID Event03", 16);
	put(log, zero, 8);
	put_number(log, 1, 4);
	put_number(log, TPM2_ALG_SHA256, 2);
	put_number(log, 32, 2);
	put_number(log, 0, 1);
}

static void put_event(struct log *log, uint32_t pcr, uint32_t type, const uint8_t digest[32], const char *text)
{
	put_number(log, pcr, 4);
	put_number(log, type, 4);
	put_number(log, 1, 4);
	put_number(log, TPM2_ALG_SHA256, 2);
	put(log, digest, 32);
	put_number(log, (uint32_t)strlen(text), 4);
	put(log, text, strlen(text));
}

static void extend(uint8_t pcr[32], const uint8_t digest[32])
{
	uint8_t both[64];

	memcpy(both, pcr, 32);
	memcpy(both + 32, digest, 32);
	SHA256(both, sizeof(both), pcr);
}

/* A log of three events for PCR 4 and one for PCR 7, and the PCRs it leads to */
static void make_log(struct scene *scene, struct log *log)
{
	uint8_t digest[32];

	log->size = 0;
	put_header(log);
	memset(scene->pcr, 0, sizeof(scene->pcr));
	for (uint8_t i = 1; i <= 3; i++) {
		memset(digest, i, sizeof(digest));
		put_event(log, 4, i == 3 ? 4 : 0x80000003, digest, "loader");
		extend(scene->pcr[4], digest);
	}
	memset(digest, 9, sizeof(digest));
	put_event(log, 7, 0x80000001, digest, "SecureBoot");
	extend(scene->pcr[7], digest);
}

static struct log current; /* of the running row; tests run one after another */

static void with_log(struct scene *scene)
{
	make_log(scene, &current);
	scene->policy.event_log_required = true;
	scene->policy.event_log_pcrs = 1u << 4 | 1u << 7;
}

static void attach(struct scene *scene)
{
	json_object_set_new(scene->bundle, "event_log", fixture_base64(current.bytes, current.size));
}

static void rule(struct scene *scene, enum policy_rule_kind kind, uint32_t pcr, uint8_t digest)
{
	struct policy_rule *out = &scene->policy.rule[scene->policy.rule_count++];

	*out = (struct policy_rule){.kind = kind, .pcr = pcr, .has_type = true, .type = 0x80000003};
	if (!digest)
		return;
	out->digests.digest = calloc(2, sizeof(*out->digests.digest));
	out->digests.count = 2;
	out->digests.asked = true;
	memset(out->digests.digest[0], 1, 32);
	memset(out->digests.digest[1], digest, 32);
}

static void only_both(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_ONLY, 4, 2);
}

static void only_one(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_ONLY, 4, 5);
}

static void present(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_PRESENT, 4, 5);
}

static void not_present(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_PRESENT, 7, 0);
}

static void absent(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_ABSENT, 7, 0);
}

static void not_absent(struct scene *scene)
{
	with_log(scene);
	rule(scene, POLICY_RULE_ABSENT, 4, 2);
}

static void event_missing(struct scene *scene)
{
	current.size -= 4 + 4 + 4 + 2 + 32 + 4 + 10;
	attach(scene);
}

static void digest_edited(struct scene *scene)
{
	current.bytes[current.size - 20] ^= 1;
	attach(scene);
}

static void type_edited(struct scene *scene) /* NO_ACTION events are not extended */
{
	uint8_t *type = current.bytes + current.size - (4 + 4 + 2 + 32 + 4 + 10);

	memset(type, 0, 4);
	type[0] = EVENT_TYPE_NO_ACTION;
	attach(scene);
}

static void cut(struct scene *scene)
{
	current.size--;
	attach(scene);
}

static void huge_event(struct scene *scene)
{
	memset(current.bytes + current.size - 14, 0xff, 4);
	attach(scene);
}

static void unknown_digest(struct scene *scene)
{
	current.bytes[current.size - 10 - 4 - 32 - 2] = 0x0c;
	attach(scene);
}

static void pcr_24(struct scene *scene)
{
	current.bytes[current.size - (4 + 4 + 4 + 2 + 32 + 4 + 10)] = 24;
	attach(scene);
}

static void not_a_log(struct scene *scene)
{
	json_object_set_new(scene->bundle, "event_log", json_string("AAAA"));
}

static void empty_log(struct scene *scene)
{
	json_object_set_new(scene->bundle, "event_log", json_string(""));
}

static const struct refusal rows[] = {
	{"event log: leads to the quote", with_log, attach, 0, NULL, 0},
	{"event log: missing", with_log, NULL, EVENT_LOG, "has none", 0},
	{"event log: event left out", with_log, event_missing, EVENT_LOG, "PCR 7", 0},
	{"event log: digest edited", with_log, digest_edited, EVENT_LOG, "PCR 7", 0},
	{"event log: event made harmless", with_log, type_edited, EVENT_LOG, "PCR 7", 0},
	{"event log: cut", with_log, cut, EVENT_LOG, "damaged", 0},
	{"event log: event larger than the log", with_log, huge_event, EVENT_LOG, "damaged", 0},
	{"event log: digest not announced", with_log, unknown_digest, EVENT_LOG, "damaged", 0},
	{"event log: PCR 24", with_log, pcr_24, EVENT_LOG, "PCR 24", 0},
	{"event log: not a log", with_log, not_a_log, EVENT_LOG, "Spec ID", 0},
	{"event log: empty", with_log, empty_log, EVENT_LOG, "Spec ID", 0},
	{"event log: only listed loaders", only_both, attach, 0, NULL, 0},
	{"event log: a loader that is not listed", only_one, attach, EVENT_LOG, "event 2", 0},
	{"event log: asked event is there", present, attach, 0, NULL, 0},
	{"event log: asked event is not there", not_present, attach, EVENT_LOG, "lacks an event", 0},
	{"event log: refused event is not there", absent, attach, 0, NULL, 0},
	{"event log: refused event is there", not_absent, attach, EVENT_LOG, "does not accept", 0},
};

/* Without the key of the quote nothing says that the listed values were in a TPM: the log is not judged by them. */
static void unquoted(void **unused)
{
	struct scene scene;

	(void)unused;
	scene_open(&scene);
	with_log(&scene);
	scene.no_policy = true;
	scene_build(&scene);
	attach(&scene);
	json_object_set_new(scene.bundle, "ak", json_null());
	json_object_set_new(scene.bundle, "ak_binding", json_null());
	scene_expect_run(&scene, 0, NULL, 0);
	assert_string_equal(verify_result(&scene.verify, VERIFY_QUOTE), "skipped");
	assert_string_equal(verify_result(&scene.verify, VERIFY_EVENT_LOG), "skipped");
	scene_close(&scene);
}

int test_event_log_run(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(unquoted)};

	return RUN_REFUSALS("event log", rows) + cmocka_run_group_tests_name("event log alone", tests, NULL, NULL);
}
