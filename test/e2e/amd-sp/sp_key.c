/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_key.h"

#include "test/sp_mailbox.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#define ROOT_VMRK (1u << 0)
#define ROOT_KEY_SEL_SHIFT 1
#define ROOT_MASK 7u
enum { KEY_SEL_DEFAULT = 0, KEY_SEL_VCEK = 1, KEY_SEL_VLEK = 2 };

#define FIELD_GUEST_POLICY (1ull << 0)
#define FIELD_IMAGE_ID (1ull << 1)
#define FIELD_FAMILY_ID (1ull << 2)
#define FIELD_MEASUREMENT (1ull << 3)
#define FIELD_GUEST_SVN (1ull << 4)
#define FIELD_TCB_VERSION (1ull << 5)
#define FIELDS_ALL 0x3full

/* What the key depends on; fields that were not selected are zero, and `fields` says which. */
struct derivation {
	uint32_t root;
	uint32_t vmpl;
	uint64_t fields;
	uint64_t policy;
	uint8_t image_id[16];
	uint8_t family_id[16];
	uint8_t measurement[SNP_DIGEST_SIZE];
	uint32_t guest_svn;
	uint32_t reserved;
	uint8_t tcb_version[8];
};
static_assert(sizeof(struct derivation) == 120, "no padding, so that equal selections are equal bytes");

static bool tcb_committed(const struct sp_state *state, const uint8_t wanted[8])
{
	uint8_t committed[8];

	sp_state_tcb(&state->tcb, committed);
	for (size_t i = 0; i < sizeof(committed); i++) {
		if (wanted[i] > committed[i])
			return false;
	}
	return true;
}

static uint32_t check(const struct sp_state *state, const struct sp_guest *guest, unsigned int caller_vmpl,
		      const struct sp_key_req *request)
{
	if ((request->root_key_select & ~ROOT_MASK) != 0 || request->reserved != 0 ||
	    (request->guest_field_select & ~FIELDS_ALL) != 0)
		return SNP_MSG_STATUS_INVALID_PARAMETER;
	if (request->vmpl >= SNP_VMPL_COUNT || request->vmpl < caller_vmpl || request->guest_svn > guest->guest_svn ||
	    !tcb_committed(state, request->tcb_version))
		return SNP_MSG_STATUS_INVALID_PARAMETER;
	switch (request->root_key_select >> ROOT_KEY_SEL_SHIFT) {
	case KEY_SEL_DEFAULT:
	case KEY_SEL_VCEK:
		return SNP_MSG_STATUS_OK;
	case KEY_SEL_VLEK:
		return SNP_MSG_STATUS_INVALID_KEY; /* no VLEK is loaded */
	default:
		return SNP_MSG_STATUS_INVALID_PARAMETER;
	}
}

static void select_fields(const struct sp_guest *guest, const struct sp_key_req *request, struct derivation *out)
{
	memset(out, 0, sizeof(*out));
	out->root = request->root_key_select & ROOT_VMRK;
	out->vmpl = request->vmpl;
	out->fields = request->guest_field_select;
	if ((out->fields & FIELD_GUEST_POLICY) != 0)
		out->policy = guest->policy;
	if ((out->fields & FIELD_IMAGE_ID) != 0)
		memcpy(out->image_id, guest->image_id, sizeof(out->image_id));
	if ((out->fields & FIELD_FAMILY_ID) != 0)
		memcpy(out->family_id, guest->family_id, sizeof(out->family_id));
	if ((out->fields & FIELD_MEASUREMENT) != 0)
		memcpy(out->measurement, guest->digest, sizeof(out->measurement));
	if ((out->fields & FIELD_GUEST_SVN) != 0)
		out->guest_svn = request->guest_svn;
	if ((out->fields & FIELD_TCB_VERSION) != 0)
		memcpy(out->tcb_version, request->tcb_version, sizeof(out->tcb_version));
}

static bool derive(const uint8_t *root, size_t root_size, struct derivation *info, uint8_t key[SP_DERIVED_KEY_SIZE])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	char digest[] = "SHA384";
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)root, root_size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(*info)),
		OSSL_PARAM_construct_end(),
	};
	bool done = context != NULL && EVP_KDF_derive(context, key, SP_DERIVED_KEY_SIZE, parameters) == 1;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return done || sp_error_openssl("HKDF");
}

bool sp_key_answer(const struct sp_state *state, const struct sp_guest *guest, unsigned int caller_vmpl,
		   const uint8_t *request, size_t request_size, struct sp_key_rsp *out, uint32_t *command_status)
{
	struct sp_key_req parsed;
	struct derivation info;
	bool vmrk;

	memset(out, 0, sizeof(*out));
	if (request_size != sizeof(parsed)) {
		*command_status = SP_STATUS_INVALID_PARAM;
		return false;
	}
	memcpy(&parsed, request, sizeof(parsed));
	out->status = check(state, guest, caller_vmpl, &parsed);
	if (out->status != SNP_MSG_STATUS_OK)
		return true;
	select_fields(guest, &parsed, &info);
	vmrk = (parsed.root_key_select & ROOT_VMRK) != 0;
	if (derive(vmrk ? guest->vmrk : state->secret, vmrk ? sizeof(guest->vmrk) : sizeof(state->secret), &info,
		   out->derived_key))
		return true;
	*command_status = SP_STATUS_HW_PLATFORM;
	return false;
}
