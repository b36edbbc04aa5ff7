/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fake_peers.h"

#include <openssl/evp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 20000

const uint8_t fake_peers_vmpck[SNP_VMPCK_SIZE] = "a key of thirty-two byte length";

struct sp_answer {
	struct sp_result result;
	struct snp_guest_message message;
};

static bool gcm(bool encrypt, const struct snp_guest_message *message, const void *in, void *out, int size, void *tag)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[12] = {0};
	int length;
	bool ok;

	memcpy(iv, &message->msg_seqno, sizeof(message->msg_seqno));
	ok = EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), fake_peers_vmpck, iv, encrypt, NULL) == 1 &&
	     EVP_CipherUpdate(ctx, NULL, &length, &message->algo, SNP_MSG_AAD_SIZE) == 1 &&
	     EVP_CipherUpdate(ctx, out, &length, in, size) == 1 &&
	     (encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1) &&
	     EVP_CipherFinal_ex(ctx, (uint8_t *)out + length, &length) == 1 &&
	     (!encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static void make_answer(struct fake_peers *peers, const struct snp_guest_message *message,
			const struct snp_report_req *request, struct snp_guest_message *answer)
{
	struct snp_report_rsp response = {.report_size = sizeof(response.report)};

	response.report.version = 3;
	response.report.vmpl = request->vmpl;
	memcpy(response.report.report_data, request->report_data, sizeof(request->report_data));
	if (peers->behaviour == SP_BAD_STATUS)
		response = (struct snp_report_rsp){.status = SNP_MSG_STATUS_INVALID_PARAMETER};
	if (peers->behaviour == SP_OTHER_REPORT)
		response.report.report_data[0] ^= 1;
	if (peers->behaviour == SP_REPORT_SIZE)
		response.report_size--;
	*answer = (struct snp_guest_message){
		.msg_seqno = message->msg_seqno + (peers->behaviour == SP_WRONG_SEQUENCE ? 3 : 1),
		.algo = SNP_MSG_ALGO_AES_256_GCM,
		.hdr_version = SNP_MSG_HEADER_VERSION,
		.hdr_size = SNP_MSG_HEADER_SIZE,
		.msg_type = SNP_MSG_REPORT_RSP,
		.msg_version = SNP_MSG_VERSION,
		.msg_size = sizeof(response),
	};
	if (peers->behaviour == SP_SIGNED_FLIP)
		((uint8_t *)answer)[peers->flip_byte] ^= 1;
	(void)gcm(true, answer, &response, answer->payload, sizeof(response), answer->authtag);
	if (peers->behaviour == SP_FLIP)
		((uint8_t *)answer)[peers->flip_byte] ^= 1;
	if (peers->behaviour == SP_WRONG_TAG)
		answer->authtag[3] ^= 1;
}

/* False: the service broke the rules of guest messages. */
static bool handle_message(struct fake_peers *peers, const struct snp_guest_message *message, struct sp_answer *answer)
{
	struct snp_report_req request;
	uint8_t tag[16];

	memset(answer, 0, sizeof(*answer));
	if (peers->messages == SP_MESSAGES_MAX)
		return false;
	peers->message[peers->messages++] = *message;
	if (peers->behaviour == SP_BUSY) {
		answer->result.exit_info_2 = (uint64_t)SNP_GUEST_REQ_VMM_BUSY << 32;
		return true;
	}
	memcpy(tag, message->authtag, sizeof(tag));
	if (message->msg_seqno != peers->last_seqno + 1 || message->msg_type != SNP_MSG_REPORT_REQ ||
	    message->msg_size != sizeof(request) || message->msg_vmpck != 0 ||
	    !gcm(false, message, message->payload, &request, sizeof(request), tag))
		return false;
	peers->last_seqno += 2;
	if (peers->behaviour == SP_REFUSE) {
		answer->result.exit_info_2 = 0x16;
		return true;
	}
	if (peers->behaviour == SP_REPLAY) {
		answer->message = peers->last_answer;
		return true;
	}
	make_answer(peers, message, &request, &answer->message);
	peers->last_answer = answer->message;
	return true;
}

static bool play_sp(struct fake_peers *peers, int fd)
{
	struct snp_guest_message message;
	struct sp_answer answer;

	return read(fd, &message, sizeof(message)) == sizeof(message) && handle_message(peers, &message, &answer) &&
	       write(fd, &answer, sizeof(answer)) == sizeof(answer);
}

static void answer(struct service_packet *packet, uint32_t status, const void *payload, uint32_t size)
{
	packet->header.status = status;
	packet->header.size = status == SERVICE_OK || status == SERVICE_TPM_REFUSED ? size : 0;
	memcpy(packet->payload, payload, packet->header.size);
}

static void answer_manifest(const struct fake_peers *peers, struct service_packet *packet)
{
	static uint8_t list[16384];
	uint32_t version;

	memcpy(&version, packet->payload, sizeof(version));
	memset(list, 0x5a, sizeof(list));
	if (version == 1)
		answer(packet, peers->manifest_status, list, peers->list_size);
	else
		answer(packet, version != 0 ? SERVICE_UNKNOWN_VERSION : peers->manifest_status, peers->manifest,
		       peers->manifest_size);
}

static bool send_with_flaw(const struct fake_peers *peers, int fd, struct service_packet *packet)
{
	ssize_t size = (ssize_t)sizeof(packet->header) + packet->header.size;

	if (peers->vtpm == VTPM_WRONG_OP)
		packet->header.op++;
	if (peers->vtpm == VTPM_WRONG_SIZE)
		packet->header.size--;
	if (peers->vtpm == VTPM_RESERVED)
		packet->header.reserved = 1;
	if (peers->vtpm == VTPM_NO_CODE) {
		packet->header.status = SERVICE_TPM_REFUSED;
		packet->header.size = 3;
		size = (ssize_t)sizeof(packet->header) + 3;
	}
	return write(fd, packet, (size_t)size) == size;
}

static bool play_vtpm(struct fake_peers *peers, int fd)
{
	static struct service_packet packet;

	if (!service_io_receive(fd, &packet))
		return false;
	if (packet.header.op == VTPM_OP_MANIFEST && packet.header.size == sizeof(uint32_t)) {
		answer_manifest(peers, &packet);
	} else if (packet.header.op == VTPM_OP_SELECT && packet.header.size <= sizeof(peers->selector)) {
		peers->selector_size = packet.header.size;
		memcpy(peers->selector, packet.payload, packet.header.size);
		if (peers->manifest_status == SERVICE_TPM_REFUSED)
			answer(&packet, SERVICE_TPM_REFUSED, &peers->tpm_code, sizeof(peers->tpm_code));
		else
			answer(&packet, peers->manifest_status, peers->manifest, peers->manifest_size);
	} else {
		return false;
	}
	return send_with_flaw(peers, fd, &packet);
}

bool fake_peers_call(struct fake_peers *peers, struct service_process *attest, struct service_packet *packet)
{
	struct pollfd wait[3] = {
		{.fd = attest->end[SERVICE_FD_REQUEST], .events = POLLIN},
		{.fd = attest->end[SERVICE_FD_VTPM], .events = POLLIN},
		{.fd = attest->end[SERVICE_FD_AMD_SP], .events = POLLIN},
	};

	if (!service_io_send(wait[0].fd, packet))
		return false;
	while (poll(wait, 3, PATIENCE_MS) > 0) {
		if ((wait[0].revents & POLLIN) != 0)
			return service_io_receive(wait[0].fd, packet);
		if ((wait[1].revents & POLLIN) != 0 && !play_vtpm(peers, wait[1].fd))
			return false;
		if ((wait[2].revents & POLLIN) != 0 && !play_sp(peers, wait[2].fd))
			return false;
		if (((wait[0].revents | wait[1].revents | wait[2].revents) & POLLHUP) != 0)
			return false;
	}
	return false;
}
