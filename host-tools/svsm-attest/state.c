/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "state.h"

#include "file.h"
#include "json_read.h"
#include "tpm_public.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_FILE_MAX 16384u

static bool parse(const json_t *object, const char *path, struct state *out, struct error *error)
{
	const json_t *credential = json_object_get(object, "credential");
	static const char where[] = "credential";
	uint64_t expires;

	if (!json_read_shape(object, path, "format version expires nonce credential", "", error) ||
	    !json_read_format(object, path, "svsm-attest-state", error) ||
	    !json_read_number(object, path, "expires", INT64_MAX, &expires, error) ||
	    !json_read_hex(object, path, "nonce", out->nonce, sizeof(out->nonce), error))
		return false;
	out->expires = (time_t)expires;
	if (out->expires <= time(NULL))
		return error_refuse(error, "%s: this challenge has expired: make a new one ('svsm-attest challenge')",
				    path);
	if (json_is_null(credential))
		return true;
	out->has_credential = true;
	return json_read_shape(credential, where, "secret ek ak", "", error) &&
	       json_read_hex(credential, where, "secret", out->secret, sizeof(out->secret), error) &&
	       json_read_blob(credential, where, "ek", 1, TPM_PUBLIC_MAX, &out->ek, error) &&
	       json_read_blob(credential, where, "ak", 1, TPM_PUBLIC_MAX, &out->ak, error);
}

bool state_read(const char *path, struct state *out, struct error *error)
{
	json_t *document;
	bool ok;

	*out = (struct state){.has_credential = false};
	if (!json_read_file(path, STATE_FILE_MAX, &document, error))
		return false;
	ok = parse(document, path, out, error);
	json_decref(document);
	if (!ok)
		state_free(out);
	return ok;
}

bool state_take(const char *path, struct state *out, int *lock, struct error *error)
{
	struct stat held, named;

	*out = (struct state){.has_credential = false};
	*lock = open(path, O_RDONLY | O_CLOEXEC);
	if (*lock < 0)
		return error_io(error, "%s: cannot open: %s%s", path, strerror(errno),
				errno == ENOENT ? " (a challenge is good for one verdict)" : "");
	/* Whoever had it first may have removed it while this process waited for the lock. */
	if (flock(*lock, LOCK_EX | LOCK_NB) != 0 || fstat(*lock, &held) != 0 || stat(path, &named) != 0 ||
	    held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
		close(*lock);
		*lock = -1;
		return error_io(error, "%s: another process is using this challenge", path);
	}
	if (state_read(path, out, error))
		return true;
	close(*lock);
	*lock = -1;
	return false;
}

bool state_release(const char *path, int lock, bool used, struct error *error)
{
	bool ok = !used || unlink(path) == 0 || error_io(error, "%s: cannot remove: %s", path, strerror(errno));

	close(lock);
	return ok;
}

static json_t *credential_json(const struct state *state)
{
	char *secret = blob_hex(state->secret, sizeof(state->secret));
	char *ek = blob_base64(state->ek.data, state->ek.size), *ak = blob_base64(state->ak.data, state->ak.size);
	json_t *object = secret && ek && ak ? json_pack("{s:s, s:s, s:s}", "secret", secret, "ek", ek, "ak", ak) : NULL;

	if (secret)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
	free(ek);
	free(ak);
	return object;
}

bool state_write(const char *path, const struct state *state, struct error *error)
{
	char *nonce = blob_hex(state->nonce, sizeof(state->nonce)), *text = NULL;
	json_t *credential = state->has_credential ? credential_json(state) : json_null(), *object = NULL;
	bool ok;

	if (nonce && credential)
		object = json_pack("{s:s, s:i, s:I, s:s, s:O}", "format", "svsm-attest-state", "version", 1, "expires",
				   (json_int_t)state->expires, "nonce", nonce, "credential", credential);
	if (object)
		text = json_dumps(object, JSON_INDENT(2));
	ok = text ? file_write(path, text, strlen(text), 0600, error) : error_resources(error, "write the state");
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
	free(nonce);
	json_decref(object);
	json_decref(credential);
	return ok;
}

void state_free(struct state *state)
{
	blob_free(&state->ek);
	blob_free(&state->ak);
	OPENSSL_cleanse(state->secret, sizeof(state->secret));
}
