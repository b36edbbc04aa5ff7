/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "kds.h"

#include "sp_hex.h"
#include "sp_log.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/vcek/v1/" SP_PRODUCT "/"
#define CONNECTIONS_MAX 64u
#define TIMEOUT_SECONDS 30u
#define LEVEL_DIGITS_MAX 16u

struct kds {
	const struct sp_state *state; /* borrowed */
	struct MHD_Daemon *daemon;
	X509_CRL *crl;
	unsigned int throttle; /* atomic */
	uint16_t port;
};

/* Status and body of one answer; `body` is owned and may be NULL */
struct answer {
	unsigned int status;
	BIO *body;
	const char *name; /* of the file */
};

static struct answer not_found(void)
{
	return (struct answer){.status = MHD_HTTP_NOT_FOUND};
}

static struct answer found(BIO *body, bool complete, const char *name)
{
	if (body != NULL && complete)
		return (struct answer){MHD_HTTP_OK, body, name};
	BIO_free(body);
	sp_error_openssl("encoding a certificate");
	return (struct answer){.status = MHD_HTTP_INTERNAL_SERVER_ERROR};
}

static struct answer cert_chain(const struct kds *kds)
{
	BIO *body = BIO_new(BIO_s_mem());
	bool complete = body != NULL && PEM_write_bio_X509(body, kds->state->ask) == 1 &&
			PEM_write_bio_X509(body, kds->state->ark) == 1;

	return found(body, complete, "cert_chain");
}

static struct answer crl(const struct kds *kds)
{
	BIO *body = BIO_new(BIO_s_mem());

	return found(body, body != NULL && i2d_X509_CRL_bio(body, kds->crl) == 1, "crl");
}

/* Decimal, leading zeros allowed; must be exactly the chip's level. */
static bool level_is(struct MHD_Connection *connection, const char *name, uint8_t level)
{
	const char *text = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
	unsigned long value = 0;
	size_t length;

	if (text == NULL)
		return false;
	length = strspn(text, "0123456789");
	if (length == 0 || length > LEVEL_DIGITS_MAX || text[length] != '\0')
		return false;
	value = strtoul(text, NULL, 10);
	return value == level;
}

static struct answer vcek(const struct kds *kds, struct MHD_Connection *connection, const char *chip)
{
	const struct sp_state *state = kds->state;
	uint8_t chip_id[SP_CHIP_ID_SIZE];
	X509 *certificate;
	BIO *body;
	bool complete;

	if (!sp_hex_decode(chip, chip_id, sizeof(chip_id)) || memcmp(chip_id, state->chip_id, sizeof(chip_id)) != 0 ||
	    !level_is(connection, "blSPL", state->tcb.bootloader) || !level_is(connection, "teeSPL", state->tcb.tee) ||
	    !level_is(connection, "snpSPL", state->tcb.snp) || !level_is(connection, "ucodeSPL", state->tcb.microcode))
		return not_found();
	certificate = sp_certs_vcek(state->vcek_key, state->ask, state->ask_key, state->chip_id, &state->tcb);
	body = BIO_new(BIO_s_mem());
	complete = certificate != NULL && body != NULL && i2d_X509_bio(body, certificate) == 1;
	X509_free(certificate);
	return found(body, complete, "vcek.crt");
}

static bool take_throttle(struct kds *kds)
{
	unsigned int left = __atomic_load_n(&kds->throttle, __ATOMIC_RELAXED);

	while (left != 0) {
		if (__atomic_compare_exchange_n(&kds->throttle, &left, left - 1, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static struct answer route(struct kds *kds, struct MHD_Connection *connection, const char *url, const char *method)
{
	const char *rest;

	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return (struct answer){.status = MHD_HTTP_METHOD_NOT_ALLOWED};
	if (take_throttle(kds))
		return (struct answer){.status = MHD_HTTP_TOO_MANY_REQUESTS};
	if (strncmp(url, PREFIX, strlen(PREFIX)) != 0)
		return not_found();
	rest = url + strlen(PREFIX);
	if (strcmp(rest, "cert_chain") == 0)
		return cert_chain(kds);
	if (strcmp(rest, "crl") == 0)
		return crl(kds);
	return vcek(kds, connection, rest);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct answer *answer)
{
	char *bytes = NULL, disposition[64];
	long size = answer->body != NULL ? BIO_get_mem_data(answer->body, &bytes) : 0;
	struct MHD_Response *response =
		MHD_create_response_from_buffer((size_t)size, size != 0 ? bytes : NULL, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (answer->status == MHD_HTTP_OK) {
		snprintf(disposition, sizeof(disposition), "attachment;filename=%s", answer->name);
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, disposition);
		MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	}
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
			      const char *version, const char *upload, size_t *upload_size, void **request)
{
	struct answer answer;
	enum MHD_Result result;

	(void)version;
	(void)upload;
	/* The first call announces the request; later ones bring a body, which nobody wants. */
	if (*request == NULL) {
		*request = context;
		return MHD_YES;
	}
	if (*upload_size != 0) {
		*upload_size = 0;
		return MHD_YES;
	}
	answer = route(context, connection, url, method);
	sp_log("KDS: %s %.200s: %u", method, url, answer.status);
	result = send_answer(connection, &answer);
	BIO_free(answer.body);
	return result;
}

struct kds *kds_start(const struct sp_state *state, const struct kds_options *options)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(options->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const union MHD_DaemonInfo *info = NULL;
	struct kds *kds = calloc(1, sizeof(*kds));

	if (kds == NULL)
		return NULL;
	kds->state = state;
	kds->throttle = options->throttle;
	kds->crl = sp_certs_crl(state->ark, state->ark_key, state->ask, &options->crl);
	if (kds->crl != NULL) {
		kds->daemon = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, options->port, NULL,
					       NULL, handle, kds, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
					       MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
					       MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_SECONDS, MHD_OPTION_END);
		if (kds->daemon != NULL)
			info = MHD_get_daemon_info(kds->daemon, MHD_DAEMON_INFO_BIND_PORT);
		if (info == NULL || info->port == 0)
			sp_error("cannot serve KDS on port %u of 127.0.0.1", options->port);
		else
			kds->port = info->port;
	}
	if (kds->port != 0)
		return kds;
	kds_stop(kds);
	return NULL;
}

uint16_t kds_port(const struct kds *kds)
{
	return kds->port;
}

void kds_stop(struct kds *kds)
{
	if (kds == NULL)
		return;
	if (kds->daemon != NULL)
		MHD_stop_daemon(kds->daemon);
	X509_CRL_free(kds->crl);
	free(kds);
}
