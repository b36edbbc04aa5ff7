/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The attestation service: binds manifest and nonce into a report of the AMD-SP. Messages: include/svsm/service.h */
#include "guest_channel.h"
#include "manifest.h"
#include "service_io.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool take_key(void)
{
	uint8_t key[SNP_VMPCK_SIZE];
	bool ok = read(SERVICE_FD_VMPCK, key, sizeof(key)) == sizeof(key) && guest_channel_open(key);

	OPENSSL_cleanse(key, sizeof(key));
	return ok;
}

/* REPORT_DATA = SHA-512(nonce || manifest) */
static bool bind(const uint8_t nonce[64], const struct manifest *manifest, uint8_t out[SNP_REPORT_DATA_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestInit_ex2(ctx, EVP_sha512(), NULL) == 1 &&
		  EVP_DigestUpdate(ctx, nonce, 64) == 1 && EVP_DigestUpdate(ctx, manifest->data, manifest->size) == 1 &&
		  EVP_DigestFinal_ex(ctx, out, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static enum service_status make_manifest(uint32_t op, const struct attest_request *request, struct manifest *manifest)
{
	static const uint8_t no_guid[16];

	switch (op) {
	case ATTEST_OP_SERVICES:
		if (memcmp(request->guid, no_guid, sizeof(no_guid)) != 0 || request->manifest_version != 0)
			return SERVICE_MALFORMED;
		return manifest_services(manifest);
	case ATTEST_OP_SINGLE_SERVICE:
		return manifest_single_service(request->guid, request->manifest_version, manifest);
	default:
		return SERVICE_MALFORMED;
	}
}

static enum service_status attest(struct service_packet *packet, struct attest_reply *reply, struct manifest *manifest,
				  struct snp_report *report)
{
	struct attest_request request;
	uint8_t report_data[SNP_REPORT_DATA_SIZE];
	enum service_status status;

	if (packet->header.size != sizeof(request))
		return SERVICE_MALFORMED;
	memcpy(&request, packet->payload, sizeof(request));
	if (request.reserved != 0)
		return SERVICE_MALFORMED;
	status = make_manifest(packet->header.op, &request, manifest);
	if (status != SERVICE_OK)
		return status;
	*reply = (struct attest_reply){.report_size = SNP_REPORT_SIZE, .manifest_size = manifest->size};
	/* Before the AMD-SP is asked: a client that only wants the sizes costs nothing. */
	if (request.report_capacity < reply->report_size || request.manifest_capacity < reply->manifest_size)
		return SERVICE_TOO_SMALL;
	if (!bind(request.nonce, manifest, report_data))
		return SERVICE_INTERNAL;
	return guest_channel_report(report_data, report);
}

static void handle(struct service_packet *packet)
{
	static struct manifest manifest;
	static struct snp_report report;
	struct attest_reply reply = {0};
	enum service_status status = attest(packet, &reply, &manifest, &report);

	service_io_refuse(packet, status);
	if (status != SERVICE_OK && status != SERVICE_TOO_SMALL)
		return;
	memcpy(packet->payload, &reply, sizeof(reply));
	packet->header.size = sizeof(reply);
	if (status == SERVICE_TOO_SMALL)
		return;
	memcpy(packet->payload + sizeof(reply), &report, sizeof(report));
	memcpy(packet->payload + sizeof(reply) + sizeof(report), manifest.data, manifest.size);
	packet->header.size += (uint32_t)sizeof(report) + manifest.size;
}
static_assert(sizeof(struct attest_reply) + sizeof(struct snp_report) + MANIFEST_MAX <= SERVICE_PAYLOAD_MAX,
	      "the longest reply fits in a message");

int main(void)
{
	if (!take_key()) {
		printf("no VMPCK0\n");
		return EXIT_FAILURE;
	}
	service_io_serve(handle);
	return EXIT_SUCCESS;
}
