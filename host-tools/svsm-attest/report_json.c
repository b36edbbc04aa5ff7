/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report_json.h"

#include "blob.h"

#include <stdlib.h>

json_t *report_json_hex(const void *data, size_t size)
{
	char *text = blob_hex(data, size);
	json_t *value = text ? json_string(text) : NULL;

	free(text);
	return value;
}

static json_t *bits(uint64_t value)
{
	return json_sprintf("0x%llx", (unsigned long long)value);
}

static json_t *bit_list(const struct bit_name *names, uint64_t mask)
{
	json_t *list = json_array();

	for (; list && names->name; names++) {
		if (mask & names->bit)
			json_array_append_new(list, json_string(names->name));
	}
	return list;
}

static json_t *tcb_json(enum product product, const uint8_t bytes[8])
{
	struct tcb tcb;

	if (product == PRODUCT_UNKNOWN || !tcb_decode(product, bytes, &tcb))
		return json_null();
	return json_pack("{s:i, s:i, s:i, s:i, s:i}", "fmc", tcb.fmc, "bootloader", tcb.bootloader, "tee", tcb.tee,
			 "snp", tcb.snp, "microcode", tcb.microcode);
}

static json_t *cpu_json(const struct snp_report *f)
{
	if (f->version < REPORT_VERSION_WITH_CPUID)
		return json_null();
	return json_pack("{s:i, s:i, s:i}", "family", f->cpuid_family, "model", f->cpuid_model, "stepping",
			 f->cpuid_stepping);
}

static const char *signing_key(const struct snp_report *f)
{
	uint32_t key = report_signing_key(f);

	return key == SNP_SIGNING_KEY_VCEK   ? "vcek"
	       : key == SNP_SIGNING_KEY_VLEK ? "vlek"
	       : key == SNP_SIGNING_KEY_NONE ? "none"
					     : "reserved";
}

static bool put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

json_t *report_json(const struct report *report, enum product product)
{
	const struct snp_report *f = &report->fields;
	json_t *object = json_object();
	bool ok = object != NULL;

#define PUT_HEX(name, field) ok = ok && put(object, name, report_json_hex(f->field, sizeof(f->field)))
	ok = ok && put(object, "version", json_integer(f->version));
	ok = ok && put(object, "product", json_string(product_name(product)));
	ok = ok && put(object, "cpu", cpu_json(f));
	ok = ok && put(object, "vmpl", json_integer(f->vmpl));
	ok = ok && put(object, "guest_svn", json_integer(f->guest_svn));
	ok = ok && put(object, "guest_policy", bits(f->policy));
	ok = ok && put(object, "guest_policy_bits", bit_list(bit_names_guest_policy, f->policy));
	ok = ok && put(object, "guest_policy_abi",
		       json_sprintf("%u.%u", (unsigned int)(f->policy >> 8 & 255), (unsigned int)(f->policy & 255)));
	ok = ok && put(object, "platform_info", bits(f->platform_info));
	ok = ok && put(object, "platform_info_bits", bit_list(report_platform_info_bits, f->platform_info));
	ok = ok && put(object, "signing_key", json_string(signing_key(f)));
	ok = ok && put(object, "author_key_enabled", json_boolean(f->key_info & SNP_KEY_INFO_AUTHOR_KEY_EN));
	ok = ok && put(object, "chip_key_masked", json_boolean(f->key_info & SNP_KEY_INFO_MASK_CHIP_KEY));
	PUT_HEX("family_id", family_id);
	PUT_HEX("image_id", image_id);
	PUT_HEX("report_data", report_data);
	PUT_HEX("measurement", measurement);
	PUT_HEX("host_data", host_data);
	PUT_HEX("id_key_digest", id_key_digest);
	PUT_HEX("author_key_digest", author_key_digest);
	PUT_HEX("report_id", report_id);
	PUT_HEX("report_id_ma", report_id_ma);
	PUT_HEX("chip_id", chip_id);
	ok = ok && put(object, "reported_tcb", tcb_json(product, f->reported_tcb));
	ok = ok && put(object, "committed_tcb", tcb_json(product, f->committed_tcb));
	ok = ok && put(object, "current_tcb", tcb_json(product, f->current_tcb));
	ok = ok && put(object, "launch_tcb", tcb_json(product, f->launch_tcb));
	ok = ok && put(object, "current_firmware",
		       json_sprintf("%u.%u.%u", f->current_major, f->current_minor, f->current_build));
	ok = ok && put(object, "committed_firmware",
		       json_sprintf("%u.%u.%u", f->committed_major, f->committed_minor, f->committed_build));
	ok = ok && put(object, "launch_mitigations", bits(f->launch_mit_vector));
	ok = ok && put(object, "current_mitigations", bits(f->current_mit_vector));
#undef PUT_HEX
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}
