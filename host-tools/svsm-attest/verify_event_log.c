/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage event log: the log leads to the quoted values, and its events are what the policy accepts. */
#include "event_log.h"
#include "event_type.h"
#include "verify.h"

#include <string.h>

static bool matches(const struct policy_rule *rule, const struct event_log_event *event)
{
	return event->type != EVENT_TYPE_NO_ACTION && event->pcr == rule->pcr &&
	       (!rule->has_type || event->type == rule->type);
}

static void check_rule(struct verify *v, const struct policy_rule *rule, TPMI_ALG_HASH bank)
{
	size_t size = evidence_bank_size(bank);
	struct event_log_reader reader;
	struct event_log_event event;
	bool present = false;
	struct error error;

	if (!event_log_open(&reader, &v->evidence.event_log, &error))
		return;
	while (event_log_next(&reader, &event, &error)) {
		const uint8_t *digest = event_log_digest(&reader, &event, bank);
		const char *name = event_type_name(event.type);
		bool listed;

		if (!matches(rule, &event) || !digest)
			continue;
		listed = !rule->digests.asked || policy_digests_have(&rule->digests, digest, size);
		present |= listed;
		if (rule->kind == POLICY_RULE_ONLY)
			findings_check(&v->findings, CHECK_EVENT_LOG_RULE, listed,
				       "event %u (PCR %u, %s) is not among those the policy lists", event.number,
				       event.pcr, name ? name : "unknown type");
		if (rule->kind == POLICY_RULE_ABSENT)
			findings_check(&v->findings, CHECK_EVENT_LOG_RULE, !listed,
				       "event %u (PCR %u, %s) is one the policy does not accept", event.number,
				       event.pcr, name ? name : "unknown type");
	}
	if (rule->kind == POLICY_RULE_PRESENT)
		findings_check(&v->findings, CHECK_EVENT_LOG_RULE, present,
			       "PCR %u lacks an event that the policy asks for", rule->pcr);
}

/* Which PCRs the log must explain: the policy's, or without one all that are quoted */
static uint32_t explained(const struct verify *v, TPMI_ALG_HASH bank)
{
	uint32_t mask = 0;

	if (v->policy && v->policy->quote_required)
		return v->policy->event_log_pcrs;
	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++)
		mask |= (uint32_t)(evidence_pcr(&v->evidence, bank, i) != NULL) << i;
	return mask;
}

void verify_event_log(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	TPMI_ALG_HASH bank = v->policy && v->policy->quote_required ? v->policy->pcr_bank
			     : e->pcr_count			    ? e->pcr[0].bank
								    : TPM2_ALG_SHA256;
	struct event_log_replay replay;
	struct error error;
	uint32_t pcrs;

	if (!e->has_event_log) {
		if (v->policy && v->policy->event_log_required)
			findings_check(&v->findings, CHECK_EVENT_LOG_PRESENT, false,
				       "policy '%s' asks for an event log; the evidence has none", v->policy->name);
		else
			verify_skip(v, VERIFY_EVENT_LOG, "the evidence has no event log, and none is asked for");
		return;
	}
	if (v->stage[VERIFY_QUOTE].skipped) {
		verify_skip(v, VERIFY_EVENT_LOG, "no quote vouches for the values that the event log leads to");
		return;
	}
	pcrs = explained(v, bank);
	if (pcrs == 0) {
		verify_skip(v, VERIFY_EVENT_LOG, "no PCR that the event log must explain");
		return;
	}
	if (!findings_result(&v->findings, CHECK_EVENT_LOG_FORM, event_log_replay(&e->event_log, bank, &replay, &error),
			     &error))
		return;
	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const struct evidence_pcr *pcr = evidence_pcr(e, bank, i);

		if (pcrs >> i & 1)
			findings_check(&v->findings, CHECK_EVENT_LOG_REPLAY,
				       pcr && memcmp(pcr->digest, replay.pcr[i], pcr->size) == 0,
				       "the event log does not lead to the quoted value of PCR %u", i);
	}
	for (size_t i = 0; v->policy && i < v->policy->rule_count; i++)
		check_rule(v, &v->policy->rule[i], bank);
	verify_summary(v, VERIFY_EVENT_LOG, "%u events lead to the quoted PCR values", replay.events);
}
