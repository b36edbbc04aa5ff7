/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_message.h"

#include "test/sp_mailbox.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define IV_SIZE 12u
#define AAD(message) ((const uint8_t *)(message) + SNP_MSG_AAD_OFFSET)

static bool all_zero(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++)
		any |= at[i];
	return any == 0;
}

static bool good_header(const struct snp_guest_message *message)
{
	return message->algo == SNP_MSG_ALGO_AES_256_GCM && message->hdr_version == SNP_MSG_HEADER_VERSION &&
	       message->hdr_size == SNP_MSG_HEADER_SIZE && message->msg_size <= SNP_MSG_PAYLOAD_MAX &&
	       message->msg_vmpck < SNP_VMPCK_COUNT && message->reserved_38 == 0 &&
	       all_zero(message->reserved_28, sizeof(message->reserved_28)) &&
	       all_zero(message->reserved_3d, sizeof(message->reserved_3d)) &&
	       all_zero(message->authtag + SNP_MSG_TAG_SIZE, sizeof(message->authtag) - SNP_MSG_TAG_SIZE);
}

/* Sequence number, little-endian, then zeros */
static void make_iv(uint64_t seqno, uint8_t iv[IV_SIZE])
{
	memset(iv, 0, IV_SIZE);
	memcpy(iv, &seqno, sizeof(seqno));
}

static EVP_CIPHER_CTX *begin(const uint8_t key[SNP_VMPCK_SIZE], const struct snp_guest_message *message, bool encrypt)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t iv[IV_SIZE];
	int size;

	make_iv(message->msg_seqno, iv);
	if (cipher == NULL || context == NULL ||
	    EVP_CipherInit_ex2(context, cipher, key, iv, encrypt ? 1 : 0, NULL) != 1 ||
	    EVP_CipherUpdate(context, NULL, &size, AAD(message), SNP_MSG_AAD_SIZE) != 1) {
		EVP_CIPHER_CTX_free(context);
		context = NULL;
		sp_error_openssl("AES-256-GCM");
	}
	EVP_CIPHER_free(cipher); /* the context holds its own reference */
	return context;
}

static bool decrypt(EVP_CIPHER_CTX *context, const struct snp_guest_message *message, uint8_t *out)
{
	uint8_t tag[SNP_MSG_TAG_SIZE];
	int size, rest;
	bool authentic;

	memcpy(tag, message->authtag, sizeof(tag));
	authentic = EVP_CipherUpdate(context, out, &size, message->payload, message->msg_size) == 1 &&
		    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
		    EVP_CipherFinal_ex(context, out + size, &rest) == 1;
	ERR_clear_error();
	return authentic;
}

uint32_t sp_message_open(const struct sp_guest *guest, const struct snp_guest_message *message, struct sp_payload *out)
{
	EVP_CIPHER_CTX *context;
	bool authentic;
	uint64_t last;

	memset(out, 0, sizeof(*out));
	if (!good_header(message))
		return SP_STATUS_INVALID_PARAM;
	last = guest->last_seqno[message->msg_vmpck];
	if (last > UINT64_MAX - 2)
		return SP_STATUS_AEAD_OFLOW;
	if (message->msg_seqno != last + 1)
		return SP_STATUS_INVALID_PARAM;
	context = begin(guest->vmpck[message->msg_vmpck], message, false);
	if (context == NULL)
		return SP_STATUS_HW_PLATFORM;
	authentic = decrypt(context, message, out->bytes);
	EVP_CIPHER_CTX_free(context);
	if (!authentic) {
		memset(out, 0, sizeof(*out)); /* nothing that is not authentic leaves here */
		return SP_STATUS_BAD_MEASUREMENT;
	}
	out->type = message->msg_type;
	out->version = message->msg_version;
	out->vmpck = message->msg_vmpck;
	out->seqno = message->msg_seqno;
	out->size = message->msg_size;
	return SP_STATUS_SUCCESS;
}

bool sp_message_seal(const uint8_t vmpck[SNP_VMPCK_SIZE], const struct sp_payload *payload,
		     struct snp_guest_message *out)
{
	EVP_CIPHER_CTX *context;
	int size, rest;
	bool done;

	memset(out, 0, sizeof(*out));
	out->msg_seqno = payload->seqno;
	out->algo = SNP_MSG_ALGO_AES_256_GCM;
	out->hdr_version = SNP_MSG_HEADER_VERSION;
	out->hdr_size = SNP_MSG_HEADER_SIZE;
	out->msg_type = payload->type;
	out->msg_version = payload->version;
	out->msg_size = payload->size;
	out->msg_vmpck = payload->vmpck;
	if (payload->size > sizeof(payload->bytes))
		return false;
	context = begin(vmpck, out, true);
	if (context == NULL)
		return false;
	done = EVP_CipherUpdate(context, out->payload, &size, payload->bytes, payload->size) == 1 &&
	       EVP_CipherFinal_ex(context, out->payload + size, &rest) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SNP_MSG_TAG_SIZE, out->authtag) == 1;
	EVP_CIPHER_CTX_free(context);
	return done || sp_error_openssl("AES-256-GCM");
}
