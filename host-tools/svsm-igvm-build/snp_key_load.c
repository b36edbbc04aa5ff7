/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "snp_key.h"

#include "file.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PASSPHRASE_FILE_MAX 4096u

bool snp_key_provider(const char *name, struct error *error)
{
	if (OSSL_PROVIDER_load(NULL, "default") && OSSL_PROVIDER_load(NULL, name))
		return true;
	ERR_clear_error();
	return error_set(error, ERROR_IO,
			 "%s: this OpenSSL provider cannot be loaded, or cannot start; modules are in the folder that "
			 "'openssl version -m' or OPENSSL_MODULES names",
			 name);
}

/* Where a passphrase or a PIN comes from when nobody can type it. */
struct passphrase {
	struct file_data text; /* no bytes: there is none */
	bool asked;
};

static int passphrase_callback(char *buffer, int size, int writing, void *data)
{
	struct passphrase *passphrase = data;
	const uint8_t *end;
	size_t length;

	(void)writing;
	/* A provider that asks by itself, and not through the store, brings no data. */
	if (!passphrase)
		return -1;
	passphrase->asked = true;
	if (!passphrase->text.bytes)
		return -1;
	end = memchr(passphrase->text.bytes, '\n', passphrase->text.size);
	length = end ? (size_t)(end - passphrase->text.bytes) : passphrase->text.size;
	if (length > (size_t)size)
		return -1;
	memcpy(buffer, passphrase->text.bytes, length);
	return (int)length;
}

/*
 * Answers from a struct passphrase and never prompts. It becomes the default as well, or a provider that asks for a PIN
 * at a time of its own would wait for somebody at the terminal. Lives until the program ends.
 */
static const UI_METHOD *quiet_ui(void)
{
	static UI_METHOD *method;

	if (!method)
		method = UI_UTIL_wrap_read_pem_callback(passphrase_callback, 0);
	if (method)
		UI_set_default_method(method);
	return method;
}

/* The key that an entry of the store holds, new reference; NULL: another kind of entry. */
static EVP_PKEY *from_entry(const OSSL_STORE_INFO *entry, bool secret)
{
	switch (OSSL_STORE_INFO_get_type(entry)) {
	case OSSL_STORE_INFO_PKEY:
		return OSSL_STORE_INFO_get1_PKEY(entry);
	case OSSL_STORE_INFO_PUBKEY:
		return secret ? NULL : OSSL_STORE_INFO_get1_PUBKEY(entry);
	case OSSL_STORE_INFO_CERT:
		return secret ? NULL : X509_get_pubkey(OSSL_STORE_INFO_get0_CERT(entry));
	default:
		return NULL;
	}
}

/* The first key. *ambiguous: it is to sign, and there is another one. */
static EVP_PKEY *from_store(OSSL_STORE_CTX *store, bool secret, bool *ambiguous)
{
	EVP_PKEY *key = NULL;

	while (!OSSL_STORE_eof(store) && !*ambiguous) {
		OSSL_STORE_INFO *entry = OSSL_STORE_load(store);
		EVP_PKEY *next = entry ? from_entry(entry, secret) : NULL;

		OSSL_STORE_INFO_free(entry);
		if (!key)
			key = next;
		else if (next)
			EVP_PKEY_free(next);
		*ambiguous = next && next != key;
		if (OSSL_STORE_error(store) || (key && !secret))
			break;
	}
	return key;
}

static bool is_p384(EVP_PKEY *key)
{
	char group[32] = "";

	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1 &&
	       (strcmp(group, "secp384r1") == 0 || strcmp(group, "P-384") == 0);
}

/* A URI may hold its PIN; what follows the word is kept out of messages. */
static int shown_length(const char *name)
{
	static const char secret[] = "pin-value=";
	const char *at = strstr(name, secret);

	return (int)(at ? (size_t)(at - name) + strlen(secret) : strlen(name));
}

/* The library of a token leaves errors of OpenSSL's engines behind that nobody asked for. */
static bool is_about_engines(unsigned long code)
{
	return ERR_GET_LIB(code) == ERR_LIB_ENGINE || ERR_GET_LIB(code) == ERR_LIB_DSO;
}

/* Why there is no key: what OpenSSL says is often about its last try, and a provider may say nothing. */
static void no_key(const char *name, bool secret, const struct passphrase *passphrase, struct error *error)
{
	const unsigned long code = ERR_peek_last_error();
	const char *reason = "no such key there; is the name right, and the PIN if it needs one?";
	char shown[300];

	snprintf(shown, sizeof(shown), "%.*s", shown_length(name), name);
	if (passphrase->asked && !passphrase->text.bytes)
		reason = "needs a passphrase or PIN: name a --passphrase-file, or run on a terminal";
	else if (strchr(name, ':') && ERR_GET_REASON(code) == ERR_R_UNSUPPORTED)
		reason = "no OpenSSL provider is loaded that opens such a URI; --provider loads one";
	else if (code && !is_about_engines(code))
		reason = NULL;
	else if (access(name, F_OK) == 0)
		reason = secret ? "holds no private key that can be read" : "holds no key that can be read";
	if (reason)
		error_set(error, ERROR_IO, "%s: %s", shown, reason);
	else
		snp_key_openssl_failed(shown, error);
}

EVP_PKEY *snp_key_load(const char *name, bool secret, const char *passphrase_file, struct error *error)
{
	const bool quiet = passphrase_file || !isatty(STDIN_FILENO);
	struct passphrase passphrase = {.asked = false};
	bool ambiguous = false;
	OSSL_STORE_CTX *store;
	EVP_PKEY *key = NULL;

	if (passphrase_file && !file_read(passphrase_file, PASSPHRASE_FILE_MAX, &passphrase.text, error))
		return NULL;
	ERR_clear_error();
	store = OSSL_STORE_open(name, quiet ? quiet_ui() : UI_get_default_method(), quiet ? &passphrase : NULL, NULL,
				NULL);
	if (store && OSSL_STORE_expect(store, secret ? OSSL_STORE_INFO_PKEY : 0) == 1)
		key = from_store(store, secret, &ambiguous);
	if (!key) {
		no_key(name, secret, &passphrase, error);
	} else if (ambiguous || !is_p384(key)) {
		EVP_PKEY_free(key);
		key = NULL;
		error_set(error, ERROR_INVALID,
			  ambiguous ? "%.*s: names more than one key; which of them signs?"
				    : "%.*s: not an EC key on curve P-384, which is all that the AMD-SP takes",
			  shown_length(name), name);
	}
	ERR_clear_error();
	OSSL_STORE_close(store);
	if (passphrase.text.bytes)
		OPENSSL_cleanse(passphrase.text.bytes, passphrase.text.size);
	file_data_free(&passphrase.text);
	return key;
}
