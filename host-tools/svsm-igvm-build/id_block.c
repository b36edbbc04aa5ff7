/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "id_block.h"

#include "snp_key.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ID_BLOCK_VERSION 1u

static bool any(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++) {
		if (at[i])
			return true;
	}
	return false;
}

bool id_block_has_author(const struct id_block *id)
{
	return any(&id->auth.author_key, sizeof(id->auth.author_key));
}

static const char *problem(const struct id_block *id, bool author)
{
	const struct snp_id_auth *auth = &id->auth;

	if (id->block.version != ID_BLOCK_VERSION)
		return "ID block version is not 1";
	if (auth->id_key_algo != SNP_SIGNATURE_ALGO_P384_SHA384 ||
	    (author && auth->author_key_algo != SNP_SIGNATURE_ALGO_P384_SHA384))
		return "key algorithm is not ECDSA P-384 with SHA-384";
	if (any(auth->reserved_008, sizeof(auth->reserved_008)) ||
	    any(auth->reserved_644, sizeof(auth->reserved_644)) || any(auth->reserved_c84, sizeof(auth->reserved_c84)))
		return "reserved bytes of the ID authentication information are not 0";
	if (!snp_key_verify(&auth->id_key, &id->block, sizeof(id->block), &auth->id_block_signature))
		return "the ID key's signature of the ID block is wrong";
	if (author && !snp_key_verify(&auth->author_key, &auth->id_key, sizeof(auth->id_key), &auth->id_key_signature))
		return "the author key's signature of the ID key is wrong";
	if (!author && any(&auth->id_key_signature, sizeof(auth->id_key_signature)))
		return "an author's signature without author key";
	return NULL;
}

bool id_block_verify(const struct id_block *id, struct id_block_verdict *out, struct error *error)
{
	memset(out, 0, sizeof(*out));
	out->has_author = id_block_has_author(id);
	out->reason = problem(id, out->has_author);
	out->valid = !out->reason;
	if (snp_key_digest(&id->auth.id_key, out->id_key_digest) &&
	    (!out->has_author || snp_key_digest(&id->auth.author_key, out->author_key_digest)))
		return true;
	return error_set(error, ERROR_IO, "OpenSSL failed to hash");
}

static bool for_snp(const struct igvm_file *file, uint32_t mask)
{
	return mask & igvm_file_snp_mask(file);
}

const struct igvm_record *id_block_find(const struct igvm_file *file)
{
	for (size_t i = 0; i < file->record_count; i++) {
		struct igvm_snp_id_block block;

		if (file->record[i].type != IGVM_VHT_SNP_ID_BLOCK)
			continue;
		igvm_record_read(file, &file->record[i], &block, sizeof(block));
		if (for_snp(file, block.compatibility_mask))
			return &file->record[i];
	}
	return NULL;
}

static const struct igvm_record *find_policy(const struct igvm_file *file, struct igvm_guest_policy *policy)
{
	for (size_t i = 0; i < file->record_count; i++) {
		if (file->record[i].type != IGVM_VHT_GUEST_POLICY)
			continue;
		igvm_record_read(file, &file->record[i], policy, sizeof(*policy));
		if (for_snp(file, policy->compatibility_mask))
			return &file->record[i];
	}
	return NULL;
}

bool id_block_policy(const struct igvm_file *file, uint64_t *policy)
{
	struct igvm_guest_policy payload;

	if (!find_policy(file, &payload))
		return false;
	*policy = payload.policy;
	return true;
}

static void key_from(const struct igvm_snp_id_block_key *from, struct snp_ecc_public_key *to)
{
	to->curve = from->curve;
	memcpy(to->qx, from->qx, sizeof(to->qx));
	memcpy(to->qy, from->qy, sizeof(to->qy));
}

static void key_to(const struct snp_ecc_public_key *from, struct igvm_snp_id_block_key *to)
{
	to->curve = from->curve;
	memcpy(to->qx, from->qx, sizeof(to->qx));
	memcpy(to->qy, from->qy, sizeof(to->qy));
}

void id_block_from_igvm(const struct igvm_snp_id_block *from, uint64_t policy, struct id_block *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->block.ld, from->ld, sizeof(out->block.ld));
	memcpy(out->block.family_id, from->family_id, sizeof(out->block.family_id));
	memcpy(out->block.image_id, from->image_id, sizeof(out->block.image_id));
	out->block.version = from->version;
	out->block.guest_svn = from->guest_svn;
	out->block.policy = policy;
	out->auth.id_key_algo = from->id_key_algorithm;
	out->auth.author_key_algo = from->author_key_algorithm;
	memcpy(out->auth.id_block_signature.r, from->id_key_signature.r, sizeof(from->id_key_signature.r));
	memcpy(out->auth.id_block_signature.s, from->id_key_signature.s, sizeof(from->id_key_signature.s));
	memcpy(out->auth.id_key_signature.r, from->author_key_signature.r, sizeof(from->author_key_signature.r));
	memcpy(out->auth.id_key_signature.s, from->author_key_signature.s, sizeof(from->author_key_signature.s));
	key_from(&from->id_public_key, &out->auth.id_key);
	key_from(&from->author_public_key, &out->auth.author_key);
}

void id_block_to_igvm(const struct id_block *from, uint32_t mask, struct igvm_snp_id_block *out)
{
	memset(out, 0, sizeof(*out));
	out->compatibility_mask = mask;
	out->author_key_enabled = id_block_has_author(from);
	memcpy(out->ld, from->block.ld, sizeof(out->ld));
	memcpy(out->family_id, from->block.family_id, sizeof(out->family_id));
	memcpy(out->image_id, from->block.image_id, sizeof(out->image_id));
	out->version = from->block.version;
	out->guest_svn = from->block.guest_svn;
	out->id_key_algorithm = from->auth.id_key_algo;
	out->author_key_algorithm = from->auth.author_key_algo;
	memcpy(out->id_key_signature.r, from->auth.id_block_signature.r, sizeof(out->id_key_signature.r));
	memcpy(out->id_key_signature.s, from->auth.id_block_signature.s, sizeof(out->id_key_signature.s));
	memcpy(out->author_key_signature.r, from->auth.id_key_signature.r, sizeof(out->author_key_signature.r));
	memcpy(out->author_key_signature.s, from->auth.id_key_signature.s, sizeof(out->author_key_signature.s));
	key_to(&from->auth.id_key, &out->id_public_key);
	key_to(&from->auth.author_key, &out->author_public_key);
}

/* Where a header holds a file offset, from the start of its payload; 0: nowhere. */
static size_t offset_field(uint32_t type)
{
	switch (type) {
	case IGVM_VHT_PARAMETER_AREA:
		return offsetof(struct igvm_parameter_area, file_offset);
	case IGVM_VHT_PAGE_DATA:
		return offsetof(struct igvm_page_data, file_offset);
	case IGVM_VHT_VP_CONTEXT:
		return offsetof(struct igvm_vp_context, file_offset);
	case IGVM_VHT_CORIM_DOCUMENT:
	case IGVM_VHT_CORIM_SIGNATURE:
		return offsetof(struct igvm_corim, file_offset);
	default:
		return 0;
	}
}

static void move_data(const struct igvm_file *file, uint8_t *bytes, uint32_t by)
{
	for (size_t i = 0; i < file->record_count; i++) {
		const size_t field = offset_field(file->record[i].type);
		uint8_t *at = bytes + file->record[i].offset + sizeof(struct igvm_variable_header) + field;
		uint32_t offset;

		if (!field)
			continue;
		memcpy(&offset, at, sizeof(offset));
		if (offset) {
			offset += by;
			memcpy(at, &offset, sizeof(offset));
		}
	}
}

static void set_policy(const struct igvm_file *file, uint8_t *bytes, uint64_t value)
{
	struct igvm_guest_policy policy;
	const struct igvm_record *record = find_policy(file, &policy);

	if (record)
		memcpy(bytes + record->offset + sizeof(struct igvm_variable_header), &value, sizeof(value));
}

static void finish(struct file_data *out, uint32_t added)
{
	struct igvm_fixed_header fixed;

	memcpy(&fixed, out->bytes, sizeof(fixed));
	fixed.variable_header_size += added;
	fixed.total_file_size += added;
	fixed.checksum = 0;
	memcpy(out->bytes, &fixed, sizeof(fixed));
	fixed.checksum =
		(uint32_t)crc32(0, out->bytes, (uInt)(fixed.variable_header_offset + fixed.variable_header_size));
	memcpy(out->bytes, &fixed, sizeof(fixed));
}

bool id_block_insert(const struct igvm_file *file, const struct id_block *id, struct file_data *out,
		     struct error *error)
{
	const struct igvm_variable_header header = {IGVM_VHT_SNP_ID_BLOCK, sizeof(struct igvm_snp_id_block)};
	const struct igvm_record *old = id_block_find(file);
	const size_t end = file->fixed.variable_header_offset + file->fixed.variable_header_size;
	const uint32_t added = old ? 0 : (uint32_t)(sizeof(header) + sizeof(struct igvm_snp_id_block));
	const size_t at = old ? old->offset : end;
	struct igvm_snp_id_block block;

	if (file->size > FILE_IMAGE_MAX - added)
		return error_set(error, ERROR_INVALID, "%s: too large for one more header", file->name);
	out->size = file->size + added;
	out->bytes = malloc(out->size);
	if (!out->bytes)
		return error_no_memory(error);
	memcpy(out->bytes, file->bytes, end);
	memcpy(out->bytes + end + added, file->bytes + end, file->size - end);
	id_block_to_igvm(id, igvm_file_snp_mask(file), &block);
	memcpy(out->bytes + at, &header, sizeof(header));
	memcpy(out->bytes + at + sizeof(header), &block, sizeof(block));
	move_data(file, out->bytes, added);
	set_policy(file, out->bytes, id->block.policy);
	finish(out, added);
	return true;
}
