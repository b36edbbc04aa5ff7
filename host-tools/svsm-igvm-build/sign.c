/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sign.h"

#include "blob.h"
#include "id_block.h"
#include "json_output.h"
#include "load.h"
#include "reference.h"
#include "snp_key.h"
#include "statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLICY_DEFAULT 0x30000ull
#define SIGNATURE_FILE_MAX 4096u
#define OUTPUT_MAX 5u

struct job {
	const struct sign_request *request;
	struct error *error;
	struct loaded loaded;
	struct id_block id;
	struct id_block_verdict verdict;
	EVP_PKEY *id_key, *author_key;
	struct file_data image;
	size_t output_count;
	struct file_output output[OUTPUT_MAX];
};

static bool measure(struct job *job)
{
	const struct sign_request *request = job->request;
	struct measurement measurement;
	bool ok;

	if (request->has_measurement) {
		memcpy(job->id.block.ld, request->measurement, SNP_DIGEST_SIZE);
		job->id.block.policy = request->has_policy ? request->policy : POLICY_DEFAULT;
		return true;
	}
	if (!load_igvm(request->path, &job->loaded, job->error))
		return false;
	if (!id_block_policy(&job->loaded.file, &job->id.block.policy))
		return error_set(job->error, ERROR_INVALID, "%s: has no guest policy for SEV-SNP", request->path);
	if (request->has_policy)
		job->id.block.policy = request->policy;
	if (request->output && id_block_find(&job->loaded.file) && !request->replace)
		return error_set(job->error, ERROR_INVALID, "%s: has an ID block; --replace replaces it",
				 request->path);
	ok = measure_igvm(&job->loaded.file, &request->measure, &measurement, job->error);
	if (ok)
		memcpy(job->id.block.ld, measurement.digest[request->measure.vcpus - 1], SNP_DIGEST_SIZE);
	measurement_free(&measurement);
	return ok;
}

static bool load_keys(struct job *job)
{
	const struct sign_request *request = job->request;
	const bool secret = !request->to_be_signed && !request->id_signature;
	struct snp_id_auth *auth = &job->id.auth;

	if (request->provider && !snp_key_provider(request->provider, job->error))
		return false;
	job->id_key = snp_key_load(request->id_key, secret, request->passphrase_file, job->error);
	if (!job->id_key || !snp_key_public(job->id_key, &auth->id_key, job->error))
		return false;
	auth->id_key_algo = SNP_SIGNATURE_ALGO_P384_SHA384;
	if (!request->author_key)
		return true;
	job->author_key = snp_key_load(request->author_key, secret, request->passphrase_file, job->error);
	auth->author_key_algo = SNP_SIGNATURE_ALGO_P384_SHA384;
	return job->author_key && snp_key_public(job->author_key, &auth->author_key, job->error);
}

static void fill(struct job *job)
{
	const struct sign_request *request = job->request;

	memcpy(job->id.block.family_id, request->family_id, sizeof(request->family_id));
	memcpy(job->id.block.image_id, request->image_id, sizeof(request->image_id));
	job->id.block.version = 1;
	job->id.block.guest_svn = request->svn;
}

static bool read_signature(const char *path, struct snp_ecdsa_signature *out, struct error *error)
{
	struct file_data data;
	bool ok;

	if (!file_read(path, SIGNATURE_FILE_MAX, &data, error))
		return false;
	ok = snp_key_signature(path, data.bytes, data.size, out, error);
	file_data_free(&data);
	return ok;
}

static bool make_signatures(struct job *job)
{
	const struct sign_request *request = job->request;
	struct snp_id_auth *auth = &job->id.auth;

	if (request->id_signature)
		return read_signature(request->id_signature, &auth->id_block_signature, job->error) &&
		       (!request->author_key ||
			read_signature(request->author_signature, &auth->id_key_signature, job->error));
	return snp_key_sign(job->id_key, &job->id.block, sizeof(job->id.block), &auth->id_block_signature,
			    job->error) &&
	       (!job->author_key || snp_key_sign(job->author_key, &auth->id_key, sizeof(auth->id_key),
						 &auth->id_key_signature, job->error));
}

static bool verified(struct job *job)
{
	if (!id_block_verify(&job->id, &job->verdict, job->error))
		return false;
	return job->verdict.valid ||
	       error_set(
		       job->error, ERROR_INVALID,
		       "%s: are the signatures of what --to-be-signed wrote with the same options, made by these keys?",
		       job->verdict.reason);
}

static bool prepare(struct job *job, const char *path, const void *bytes, size_t size)
{
	char *text = job->request->base64 && bytes != job->image.bytes ? blob_base64(bytes, size) : NULL;
	bool ok;

	ok = file_output_prepare(&job->output[job->output_count++], path, text ? text : bytes,
				 text ? strlen(text) : size, job->error);
	free(text);
	return ok;
}

static bool commit(struct job *job)
{
	/* The image appears last: where it is, its documents are too. */
	for (size_t i = job->output_count; i-- > 0;) {
		if (!file_output_commit(&job->output[i], job->error))
			return false;
	}
	return true;
}

static bool prepare_suffix(struct job *job, const char *suffix, const void *bytes, size_t size)
{
	char *path = NULL;
	bool ok;

	if (asprintf(&path, "%s.%s", job->request->to_be_signed, suffix) < 0)
		return error_no_memory(job->error);
	ok = prepare(job, path, bytes, size);
	free(path);
	return ok;
}

static bool write_to_be_signed(struct job *job)
{
	return prepare_suffix(job, "id-block", &job->id.block, sizeof(job->id.block)) &&
	       (!job->author_key || prepare_suffix(job, "id-key", &job->id.auth.id_key, sizeof(job->id.auth.id_key))) &&
	       commit(job);
}

/* Nothing leaves that the strict reader would not take, or that measures differently. */
static bool signed_image(struct job *job)
{
	struct measurement measurement = {.vcpus = 0};
	struct igvm_file file;
	bool ok;

	if (!id_block_insert(&job->loaded.file, &job->id, &job->image, job->error))
		return false;
	ok = igvm_parse(job->request->output, job->image.bytes, job->image.size, &file, NULL, job->error) &&
	     measure_igvm(&file, &job->request->measure, &measurement, job->error);
	if (ok && memcmp(measurement.digest[measurement.vcpus - 1], job->id.block.ld, SNP_DIGEST_SIZE) != 0)
		ok = error_set(job->error, ERROR_INVALID, "%s: measures differently with its ID block",
			       job->request->path);
	measurement_free(&measurement);
	igvm_file_free(&file);
	return ok;
}

static bool write_documents(struct job *job)
{
	const struct sign_request *request = job->request;
	const struct reference_signing signing = {
		.path = request->path,
		.bytes = &job->loaded.data,
		.file = &job->loaded.file,
		.id = &job->id,
		.verdict = &job->verdict,
		.profile = request->measure.profile->name,
		.vcpus = request->measure.vcpus,
		.replace = request->replace,
	};
	const bool there = request->reference && access(request->reference, F_OK) == 0;
	json_t *values, *made = NULL;
	bool ok;

	if (!request->reference && !request->statement)
		return true;
	values = reference_signed(&signing, there ? request->reference : NULL, job->error);
	ok = values && (!request->reference ||
			json_output_prepare(&job->output[job->output_count++], request->reference, values, job->error));
	if (ok && request->statement) {
		made = statement(values, request->output ? &job->image : &job->loaded.data, job->error);
		ok = json_output_prepare(&job->output[job->output_count++], request->statement, made, job->error);
	}
	if (ok)
		reference_warn(request->reference ? request->reference : request->statement, values, signing.file);
	json_decref(made);
	json_decref(values);
	return ok;
}

static bool write_results(struct job *job)
{
	const struct sign_request *request = job->request;

	if (request->output &&
	    (!signed_image(job) || !prepare(job, request->output, job->image.bytes, job->image.size)))
		return false;
	if (request->block_out && !prepare(job, request->block_out, &job->id.block, sizeof(job->id.block)))
		return false;
	if (request->auth_out && !prepare(job, request->auth_out, &job->id.auth, sizeof(job->id.auth)))
		return false;
	return write_documents(job) && commit(job);
}

bool sign(const struct sign_request *request, struct error *error)
{
	struct job *job = calloc(1, sizeof(*job));
	bool ok;

	if (!job)
		return error_no_memory(error);
	job->request = request;
	job->error = error;
	ok = measure(job) && load_keys(job);
	if (ok) {
		fill(job);
		ok = request->to_be_signed ? write_to_be_signed(job)
					   : make_signatures(job) && verified(job) && write_results(job);
	}
	for (size_t i = 0; i < job->output_count; i++)
		file_output_cleanup(&job->output[i]);
	file_data_free(&job->image);
	EVP_PKEY_free(job->id_key);
	EVP_PKEY_free(job->author_key);
	loaded_free(&job->loaded);
	free(job);
	return ok;
}
