/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The attestation service: binds manifest and nonce into a report of the AMD-SP. Messages: include/svsm/service.h */
#include "abi/svsm.h"
#include "guest_channel.h"
#include "manifest.h"
#include "service_io.h"

#include "svsm/service_stack.h"
#include "svsm/stack_budget.h"
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

/* What one request is about: the selector is empty where the call has none. */
struct subject {
	struct attest_request request;
	const uint8_t *selector;
};

/* REPORT_DATA: abi/svsm.h */
static bool bind(const struct subject *subject, const struct manifest *manifest, uint8_t out[SNP_REPORT_DATA_SIZE])
{
	const struct attest_request *request = &subject->request;
	struct svsm_selector_context context = {.magic = SVSM_SELECTOR_CONTEXT_MAGIC,
						.manifest_version = request->manifest_version};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestInit_ex2(ctx, EVP_sha512(), NULL) == 1 &&
		  EVP_DigestUpdate(ctx, request->nonce, sizeof(request->nonce)) == 1;

	memcpy(context.service_guid, request->guid, sizeof(context.service_guid));
	if (ok && request->selector_size != 0)
		ok = EVP_DigestUpdate(ctx, &context, sizeof(context)) == 1 &&
		     EVP_DigestUpdate(ctx, subject->selector, request->selector_size) == 1;
	ok = ok && EVP_DigestUpdate(ctx, manifest->data, manifest->size) == 1 &&
	     EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static enum service_status make_manifest(uint32_t op, const struct subject *subject, struct manifest *manifest,
					 uint32_t *tpm_code)
{
	static const uint8_t no_guid[16];
	const struct attest_request *request = &subject->request;

	switch (op) {
	case ATTEST_OP_SERVICES:
		if (memcmp(request->guid, no_guid, sizeof(no_guid)) != 0 || request->manifest_version != 0)
			return SERVICE_MALFORMED;
		return manifest_services(manifest);
	case ATTEST_OP_SINGLE_SERVICE_EX:
		if (request->selector_size != 0)
			return manifest_selected(request->guid, request->manifest_version, subject->selector,
						 request->selector_size, manifest, tpm_code);
		return manifest_single_service(request->guid, request->manifest_version, manifest);
	case ATTEST_OP_SINGLE_SERVICE:
		return manifest_single_service(request->guid, request->manifest_version, manifest);
	default:
		return SERVICE_MALFORMED;
	}
}

/* The request, and behind it as many bytes of selector as it says. */
static bool parse(const struct service_packet *packet, struct subject *subject)
{
	struct attest_request *request = &subject->request;

	if (packet->header.size < sizeof(*request))
		return false;
	memcpy(request, packet->payload, sizeof(*request));
	subject->selector = packet->payload + sizeof(*request);
	return request->selector_size <= ATTEST_SELECTOR_MAX &&
	       (request->selector_size == 0 || packet->header.op == ATTEST_OP_SINGLE_SERVICE_EX) &&
	       packet->header.size == sizeof(*request) + request->selector_size;
}

static enum service_status attest(const struct service_packet *packet, struct attest_reply *reply,
				  struct manifest *manifest, struct snp_report *report)
{
	struct subject subject;
	uint8_t report_data[SNP_REPORT_DATA_SIZE];
	enum service_status status;

	if (!parse(packet, &subject))
		return SERVICE_MALFORMED;
	status = make_manifest(packet->header.op, &subject, manifest, &reply->tpm_code);
	if (status != SERVICE_OK)
		return status;
	reply->report_size = SNP_REPORT_SIZE;
	reply->manifest_size = manifest->size;
	/* Before the AMD-SP is asked: a client that only wants the sizes costs nothing. */
	if (subject.request.report_capacity < reply->report_size ||
	    subject.request.manifest_capacity < reply->manifest_size)
		return SERVICE_TOO_SMALL;
	if (!bind(&subject, manifest, report_data))
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
	if (status != SERVICE_OK && status != SERVICE_TOO_SMALL && status != SERVICE_TPM_REFUSED)
		return;
	memcpy(packet->payload, &reply, sizeof(reply));
	packet->header.size = sizeof(reply);
	if (status != SERVICE_OK)
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
	while (service_io_serve_one(handle))
		continue;
	return EXIT_SUCCESS;
}

STACK_DECLARE(service, SERVICE_STACK_SIZE - SERVICE_STACK_ABOVE_MAIN, SERVICE_STACK_GUARD);
STACK_BEGINS(service, main);
STACK_ENTRY(handle, SERVICE_STACK_SIZE / 4 * 3);
