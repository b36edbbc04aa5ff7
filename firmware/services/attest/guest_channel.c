/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_channel.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define IV_SIZE 12u
#define VMPL_SVSM 0u
#define VMPCK_SVSM 0u

struct sp_answer {
	struct sp_result result;
	struct snp_guest_message message;
};
static_assert(sizeof(struct sp_answer) == SERVICE_AMD_SP_READ_SIZE, "answer is what one read gives");

static struct {
	uint8_t key[SNP_VMPCK_SIZE];
	uint64_t last_seqno; /* of the newest message the AMD-SP is known to have sent */
	bool open;
	bool pending; /* message below was sent but is not known to be handled */
	struct snp_report_req request;
	struct snp_guest_message message;
} channel;

bool guest_channel_open(const uint8_t key[SNP_VMPCK_SIZE])
{
	memcpy(channel.key, key, sizeof(channel.key));
	channel.open = true;
	return true;
}

static void close_channel(const char *why)
{
	printf("channel to the AMD-SP closed: %s\n", why);
	(void)fflush(stdout);
	OPENSSL_cleanse(&channel, sizeof(channel));
}

static void make_iv(uint8_t iv[IV_SIZE], uint64_t seqno)
{
	memset(iv, 0, IV_SIZE);
	memcpy(iv, &seqno, sizeof(seqno));
}

static bool encrypt(const void *plain, uint16_t size)
{
	struct snp_guest_message *message = &channel.message;
	uint8_t iv[IV_SIZE];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int length;
	bool ok;

	make_iv(iv, message->msg_seqno);
	ok = ctx != NULL && EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), channel.key, iv, NULL) == 1 &&
	     EVP_EncryptUpdate(ctx, NULL, &length, &message->algo, SNP_MSG_AAD_SIZE) == 1 &&
	     EVP_EncryptUpdate(ctx, message->payload, &length, plain, size) == 1 && length == size &&
	     EVP_EncryptFinal_ex(ctx, message->payload + size, &length) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SNP_MSG_TAG_SIZE, message->authtag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool decrypt(const struct snp_guest_message *message, void *plain)
{
	uint8_t iv[IV_SIZE], tag[SNP_MSG_TAG_SIZE];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int length, rest;
	bool ok;

	make_iv(iv, message->msg_seqno);
	memcpy(tag, message->authtag, sizeof(tag));
	ok = ctx != NULL && EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), channel.key, iv, NULL) == 1 &&
	     EVP_DecryptUpdate(ctx, NULL, &length, &message->algo, SNP_MSG_AAD_SIZE) == 1 &&
	     EVP_DecryptUpdate(ctx, plain, &length, message->payload, message->msg_size) == 1 &&
	     length == message->msg_size && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1 &&
	     EVP_DecryptFinal_ex(ctx, (uint8_t *)plain + length, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool prepare(const uint8_t report_data[SNP_REPORT_DATA_SIZE])
{
	channel.request = (struct snp_report_req){.vmpl = VMPL_SVSM};
	memcpy(channel.request.report_data, report_data, SNP_REPORT_DATA_SIZE);
	channel.message = (struct snp_guest_message){
		.msg_seqno = channel.last_seqno + 1,
		.algo = SNP_MSG_ALGO_AES_256_GCM,
		.hdr_version = SNP_MSG_HEADER_VERSION,
		.hdr_size = SNP_MSG_HEADER_SIZE,
		.msg_type = SNP_MSG_REPORT_REQ,
		.msg_version = SNP_MSG_VERSION,
		.msg_size = sizeof(channel.request),
		.msg_vmpck = VMPCK_SVSM,
	};
	return encrypt(&channel.request, sizeof(channel.request));
}

/* The host made up nothing of this: header as the AMD-SP must write it, tag good. */
static bool open_answer(const struct snp_guest_message *message, struct snp_report_rsp *response)
{
	return message->msg_seqno == channel.message.msg_seqno + 1 && message->algo == SNP_MSG_ALGO_AES_256_GCM &&
	       message->hdr_version == SNP_MSG_HEADER_VERSION && message->hdr_size == SNP_MSG_HEADER_SIZE &&
	       message->msg_type == SNP_MSG_REPORT_RSP && message->msg_version == SNP_MSG_VERSION &&
	       message->msg_vmpck == VMPCK_SVSM && message->msg_size == sizeof(*response) && decrypt(message, response);
}

/* Sends the pending message. SERVICE_OK: it was handled, *response is what the AMD-SP says. */
static enum service_status send_pending(struct snp_report_rsp *response)
{
	static struct sp_answer answer;

	if (write(SERVICE_FD_AMD_SP, &channel.message, sizeof(channel.message)) != sizeof(channel.message) ||
	    read(SERVICE_FD_AMD_SP, &answer, sizeof(answer)) != sizeof(answer))
		return SERVICE_INTERNAL; /* still pending: nothing is known of it */
	if (answer.result.exit_info_2 >> 32 == SNP_GUEST_REQ_VMM_BUSY)
		return SERVICE_BUSY;
	if (answer.result.exit_info_2 != 0) {
		close_channel("the request failed");
		return SERVICE_AMD_SP_FAILED;
	}
	if (!open_answer(&answer.message, response)) {
		close_channel("an answer was not the AMD-SP's");
		return SERVICE_AMD_SP_FAILED;
	}
	channel.last_seqno = answer.message.msg_seqno;
	channel.pending = false;
	return SERVICE_OK;
}

enum service_status guest_channel_report(const uint8_t report_data[SNP_REPORT_DATA_SIZE], struct snp_report *report)
{
	struct snp_report_rsp response = {0};
	enum service_status status = SERVICE_OK;
	bool mine = false;

	for (int attempt = 0; status == SERVICE_OK && !mine && attempt < 2; attempt++) {
		if (!channel.open)
			return SERVICE_AMD_SP_FAILED;
		if (!channel.pending) {
			if (channel.last_seqno >= UINT64_MAX - 2 || !prepare(report_data))
				return SERVICE_INTERNAL;
			channel.pending = true;
		}
		mine = CRYPTO_memcmp(channel.request.report_data, report_data, SNP_REPORT_DATA_SIZE) == 0;
		status = send_pending(&response);
	}
	if (status != SERVICE_OK)
		return status;
	if (response.status != SNP_MSG_STATUS_OK || response.report_size != sizeof(response.report) ||
	    CRYPTO_memcmp(response.report.report_data, report_data, SNP_REPORT_DATA_SIZE) != 0)
		return SERVICE_AMD_SP_FAILED;
	*report = response.report;
	return SERVICE_OK;
}
