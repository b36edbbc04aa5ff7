/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_state.h"

#include "sp_file.h"
#include "sp_hex.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_MODE 0600
#define PUBLIC_MODE 0644

/* What a Milan part of 2024 reports; above the floors AMD's bulletins named for it then */
static const struct sp_tcb default_tcb = {.bootloader = 4, .tee = 0, .snp = 0x18, .microcode = 0xdb};

static bool write_bio(const char *dir, const char *name, BIO *bio, bool filled, mode_t mode)
{
	char *bytes = NULL;
	long size = filled ? BIO_get_mem_data(bio, &bytes) : 0;
	bool done = size > 0 ? sp_file_write(dir, name, bytes, (size_t)size, mode) : sp_error_openssl(name);

	BIO_free(bio);
	return done;
}

static bool write_key(const char *dir, const char *name, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	return write_bio(dir, name, bio,
			 bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1,
			 SECRET_MODE);
}

static bool write_certificate(const char *dir, const char *name, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return write_bio(dir, name, bio, bio != NULL && PEM_write_bio_X509(bio, certificate) == 1, PUBLIC_MODE);
}

static bool write_chip(const char *dir, const struct sp_state *state)
{
	char chip_id[2 * SP_CHIP_ID_SIZE + 1], secret[2 * SP_SECRET_SIZE + 1], *text = NULL;
	json_t *chip;
	bool done;

	sp_hex_encode(state->chip_id, SP_CHIP_ID_SIZE, chip_id);
	sp_hex_encode(state->secret, SP_SECRET_SIZE, secret);
	chip = json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i, s:i}}", "product", SP_PRODUCT, "chip_id", chip_id, "secret",
			 secret, "tcb", "bootloader", state->tcb.bootloader, "tee", state->tcb.tee, "snp",
			 state->tcb.snp, "microcode", state->tcb.microcode);
	if (chip != NULL)
		text = json_dumps(chip, JSON_INDENT(2));
	done = text != NULL && sp_file_write(dir, "chip.json", text, strlen(text), SECRET_MODE);
	free(text);
	json_decref(chip);
	OPENSSL_cleanse(secret, sizeof(secret));
	return done;
}

static bool generate(struct sp_state *state, unsigned int rsa_bits)
{
	state->tcb = default_tcb;
	state->ark_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
	state->ask_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)rsa_bits);
	state->vcek_key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	if (state->ark_key == NULL || state->ask_key == NULL || state->vcek_key == NULL ||
	    RAND_bytes(state->chip_id, SP_CHIP_ID_SIZE) != 1 || RAND_priv_bytes(state->secret, SP_SECRET_SIZE) != 1)
		return sp_error_openssl("making keys");
	state->ark = sp_certs_ark(state->ark_key);
	if (state->ark != NULL)
		state->ask = sp_certs_ask(state->ask_key, state->ark, state->ark_key);
	return state->ask != NULL;
}

bool sp_state_create(const char *dir, unsigned int rsa_bits)
{
	struct sp_state *state = calloc(1, sizeof(*state));
	bool done;

	if (state == NULL || (mkdir(dir, 0755) != 0 && errno != EEXIST)) {
		free(state);
		return sp_error("cannot make %s: %s", dir, strerror(errno));
	}
	done = generate(state, rsa_bits) && write_key(dir, "ark.key", state->ark_key) &&
	       write_key(dir, "ask.key", state->ask_key) && write_key(dir, "vcek.key", state->vcek_key) &&
	       write_chip(dir, state) && write_certificate(dir, "ask.pem", state->ask) &&
	       write_certificate(dir, "ark.pem", state->ark);
	sp_state_free(state);
	return done;
}

bool sp_state_exists(const char *dir)
{
	char *path = sp_file_path(dir, "ark.pem");
	struct stat about;
	bool exists = path != NULL && stat(path, &about) == 0 && about.st_size != 0;

	free(path);
	return exists;
}

static EVP_PKEY *read_key(const char *dir, const char *name)
{
	size_t size;
	char *text = sp_file_read(dir, name, &size);
	BIO *bio = text == NULL ? NULL : BIO_new_mem_buf(text, (int)size);
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	if (text != NULL && key == NULL)
		sp_error_openssl(name);
	BIO_free(bio);
	if (text != NULL)
		OPENSSL_cleanse(text, size);
	free(text);
	return key;
}

static X509 *read_certificate(const char *dir, const char *name)
{
	size_t size;
	char *text = sp_file_read(dir, name, &size);
	BIO *bio = text == NULL ? NULL : BIO_new_mem_buf(text, (int)size);
	X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);

	if (text != NULL && certificate == NULL)
		sp_error_openssl(name);
	BIO_free(bio);
	free(text);
	return certificate;
}

static bool read_chip(const char *dir, struct sp_state *state)
{
	char *text = sp_file_read(dir, "chip.json", NULL);
	const char *product, *chip_id, *secret;
	int bootloader, tee, snp, microcode;
	json_t *chip = NULL;
	bool good = false;

	if (text == NULL)
		return false;
	chip = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (chip != NULL && json_unpack(chip, "{s:s, s:s, s:s, s:{s:i, s:i, s:i, s:i !} !}", "product", &product,
					"chip_id", &chip_id, "secret", &secret, "tcb", "bootloader", &bootloader, "tee",
					&tee, "snp", &snp, "microcode", &microcode) == 0) {
		good = strcmp(product, SP_PRODUCT) == 0 && sp_hex_decode(chip_id, state->chip_id, SP_CHIP_ID_SIZE) &&
		       sp_hex_decode(secret, state->secret, SP_SECRET_SIZE) &&
		       ((bootloader | tee | snp | microcode) & ~0xff) == 0;
		state->tcb = (struct sp_tcb){(uint8_t)bootloader, (uint8_t)tee, (uint8_t)snp, (uint8_t)microcode};
	}
	json_decref(chip);
	OPENSSL_cleanse(text, strlen(text));
	free(text);
	return good || sp_error("%s/chip.json is not a chip of this program", dir);
}

struct sp_state *sp_state_load(const char *dir)
{
	struct sp_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return NULL;
	if ((state->ark_key = read_key(dir, "ark.key")) != NULL &&
	    (state->ask_key = read_key(dir, "ask.key")) != NULL &&
	    (state->vcek_key = read_key(dir, "vcek.key")) != NULL &&
	    (state->ark = read_certificate(dir, "ark.pem")) != NULL &&
	    (state->ask = read_certificate(dir, "ask.pem")) != NULL && read_chip(dir, state))
		return state;
	sp_state_free(state);
	return NULL;
}

void sp_state_free(struct sp_state *state)
{
	if (state == NULL)
		return;
	EVP_PKEY_free(state->ark_key);
	EVP_PKEY_free(state->ask_key);
	EVP_PKEY_free(state->vcek_key);
	X509_free(state->ark);
	X509_free(state->ask);
	OPENSSL_cleanse(state, sizeof(*state));
	free(state);
}

void sp_state_tcb(const struct sp_tcb *tcb, uint8_t bytes[8])
{
	memset(bytes, 0, 8);
	bytes[0] = tcb->bootloader;
	bytes[1] = tcb->tee;
	bytes[6] = tcb->snp;
	bytes[7] = tcb->microcode;
}
