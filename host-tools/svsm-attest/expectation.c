/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "expectation.h"

#include "abi/svsm.h"
#include "file.h"

#include <openssl/evp.h>
#include <string.h>

static bool read_bytes(struct expectation *out, const char *path, const void *bytes, size_t size, struct error *error)
{
	struct key_template_error problem;

	memset(out, 0, sizeof(*out));
	out->path = path;
	return key_template_read(path, bytes, size, &out->templates, &problem) ||
	       error_refuse(error, "%s", problem.text);
}

bool expectation_read_text(struct expectation *out, const char *path, const char *text, struct error *error)
{
	return read_bytes(out, path, text, strlen(text), error);
}

static bool read_document(struct expectation *out, const char *path, enum key_template_document_kind kind,
			  struct error *error)
{
	struct blob file;
	bool ok;

	if (!file_read(path, KEY_TEMPLATE_TEXT_MAX, &file, error))
		return false;
	ok = read_bytes(out, path, file.data, file.size, error);
	blob_free(&file);
	if (!ok)
		return false;
	if (out->templates.kind != kind)
		return error_refuse(error, "%s: is %s", path,
				    kind == KEY_TEMPLATE_LIST
					    ? "a manifest selector; --manifest takes a key-template manifest"
					    : "a key-template manifest; --selector takes a manifest selector");
	return true;
}

bool expectation_read_manifest(struct expectation *out, const char *path, struct error *error)
{
	return read_document(out, path, KEY_TEMPLATE_LIST, error);
}

bool expectation_read_selector(struct expectation *out, const char *path, struct error *error)
{
	uint8_t bytes[KEY_TEMPLATE_BYTES_MAX];

	if (!read_document(out, path, KEY_TEMPLATE_SELECTOR, error))
		return false;
	out->selector_size = key_template_bytes(&out->templates, bytes);
	memcpy(out->selector, bytes, out->selector_size);
	return true;
}

enum manifest_form expectation_form(const struct expectation *expectation)
{
	return expectation->templates.kind == KEY_TEMPLATE_LIST ? MANIFEST_FORM_LIST : MANIFEST_FORM_KEY;
}

/* SHA-512(nonce || manifest), or SHA-512(nonce || context || selector || manifest): abi/svsm.h */
bool expectation_report_data(const struct expectation *expectation, const uint8_t nonce[64],
			     const struct blob *manifest, uint8_t out[SNP_REPORT_DATA_SIZE])
{
	const struct svsm_selector_context context = {
		.magic = SVSM_SELECTOR_CONTEXT_MAGIC,
		.service_guid = SVSM_GUID_VTPM,
		.manifest_version = SVSM_VTPM_MANIFEST_KEY,
	};
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned int size = 0;
	bool ok = md && EVP_DigestInit_ex2(md, EVP_sha512(), NULL) > 0 && EVP_DigestUpdate(md, nonce, 64) > 0;

	if (ok && expectation && expectation->selector_size > 0)
		ok = EVP_DigestUpdate(md, &context, sizeof(context)) > 0 &&
		     EVP_DigestUpdate(md, expectation->selector, expectation->selector_size) > 0;
	ok = ok && EVP_DigestUpdate(md, manifest->data, manifest->size) > 0 && EVP_DigestFinal_ex(md, out, &size) > 0 &&
	     size == SNP_REPORT_DATA_SIZE;
	EVP_MD_CTX_free(md);
	return ok;
}

bool expectation_key(const struct expectation *expectation, size_t index, const struct tpm_public *key,
		     struct error *error)
{
	const struct key_template_document *templates = &expectation->templates;
	char difference[400];

	if (index >= templates->count)
		return error_refuse(error, "key %zu is one more than the %zu of %s", index, templates->count,
				    expectation->path);
	return key_template_matches(&templates->key[index], &key->area, difference, sizeof(difference)) ||
	       error_refuse(error, "key %zu is not '%s' of %s: %s", index, templates->key[index].name,
			    expectation->path, difference);
}
