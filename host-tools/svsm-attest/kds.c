/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "kds.h"

#include "clock.h"
#include <curl/curl.h>
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_MAX 1024u
#define CONNECT_SECONDS 10L
#define TRANSFER_MS 30000u
#define WAIT_MS_MAX 30000u
/* Without a connection: a service that is away stays away longer than one that is busy */
#define CONNECTION_ATTEMPTS 4u

/* Called by libcurl with each piece; taking less than offered ends the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
	struct blob *out = context;
	size_t length = size * count;

	if (length > KDS_RESPONSE_MAX - out->size)
		return 0;
	memcpy(out->data + out->size, data, length);
	out->size += length;
	return length;
}

static bool prepare(CURL *curl, const char *url, struct blob *out, char *problem)
{
	problem[0] = 0;
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)KDS_RESPONSE_MAX) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "svsm-attest") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, out) == CURLE_OK;
}

static void sleep_ms(uint64_t milliseconds)
{
	struct timespec left = {.tv_sec = (time_t)(milliseconds / 1000),
				.tv_nsec = (long)(milliseconds % 1000) * 1000000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

/* Anything from half of `bound` to all of it, so that many clients do not return together */
static uint64_t jitter(unsigned int bound)
{
	uint32_t random = 0;

	if (RAND_bytes((unsigned char *)&random, sizeof(random)) != 1)
		return bound;
	return bound / 2 + random % (bound / 2 + 1);
}

static bool worth_repeating(CURLcode result, long status, unsigned int attempt)
{
	if (result == CURLE_OK)
		return status == 429 || status >= 500;
	return attempt < CONNECTION_ATTEMPTS &&
	       (result == CURLE_COULDNT_CONNECT || result == CURLE_OPERATION_TIMEDOUT || result == CURLE_RECV_ERROR ||
		result == CURLE_GOT_NOTHING || result == CURLE_PARTIAL_FILE || result == CURLE_COULDNT_RESOLVE_HOST ||
		result == CURLE_SEND_ERROR || result == CURLE_SSL_CONNECT_ERROR);
}

static void note(const struct kds *kds, CURLcode result, long status, uint64_t wait)
{
	if (!kds->notes)
		return;
	if (result == CURLE_OK)
		fprintf(kds->notes, "note: %s answers with HTTP status %ld; trying again in %.1f s\n", kds->url, status,
			(double)wait / 1000);
	else
		fprintf(kds->notes, "note: %s: %s; trying again in %.1f s\n", kds->url, curl_easy_strerror(result),
			(double)wait / 1000);
}

static bool explain(const char *url, CURLcode result, long status, unsigned int attempts, const char *problem,
		    struct error *error)
{
	const char *plural = attempts == 1 ? "" : "s";

	if (result == CURLE_WRITE_ERROR || result == CURLE_FILESIZE_EXCEEDED)
		return error_network(error, "%s: the answer is larger than %u bytes", url, KDS_RESPONSE_MAX);
	if (result != CURLE_OK)
		return error_network(error, "%s: %s (%u attempt%s)", url,
				     *problem ? problem : curl_easy_strerror(result), attempts, plural);
	if (status == 404)
		return error_refuse(error, "KDS does not know %s (HTTP status 404)", url);
	if (status == 429)
		return error_network(error, "%s: too many requests (HTTP status 429) after %u attempt%s; try later",
				     url, attempts, plural);
	return error_network(error, "%s: HTTP status %ld after %u attempt%s", url, status, attempts, plural);
}

/* How long to wait before the next attempt; false when the limit leaves no time for it */
static bool next_wait(CURL *curl, unsigned int *bound, uint64_t deadline, uint64_t *wait)
{
	curl_off_t asked = 0;
	uint64_t now = clock_ms();

	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &asked);
	*wait = jitter(*bound);
	if (asked > 0 && (uint64_t)asked * 1000 > *wait)
		*wait = (uint64_t)asked * 1000;
	*bound = *bound < WAIT_MS_MAX / 2 ? 2 * *bound : WAIT_MS_MAX;
	return now + *wait < deadline;
}

static bool fetch(const struct kds *kds, const char *url, struct blob *out, struct error *error)
{
	uint64_t deadline = clock_ms() + (uint64_t)kds->limit_seconds * 1000, wait = 0;
	unsigned int attempt = 1, bound = kds->wait_ms;
	char problem[CURL_ERROR_SIZE] = "";
	CURLcode result;
	long status = 0;
	CURL *curl;

	curl = curl_easy_init();
	out->size = 0;
	out->data = malloc(KDS_RESPONSE_MAX);
	if (!curl || !out->data || !prepare(curl, url, out, problem)) {
		curl_easy_cleanup(curl);
		blob_free(out);
		return error_io(error, "cannot prepare a request to %s", url);
	}
	for (;; attempt++) {
		uint64_t now = clock_ms(), left = deadline > now ? deadline - now : 1;

		out->size = 0;
		status = 0;
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(left < TRANSFER_MS ? left : TRANSFER_MS));
		result = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (!worth_repeating(result, status, attempt) || !next_wait(curl, &bound, deadline, &wait))
			break;
		note(kds, result, status, wait);
		sleep_ms(wait);
	}
	curl_easy_cleanup(curl);
	if (result == CURLE_OK && status == 200 && out->size > 0)
		return true;
	blob_free(out);
	return explain(url, result, status, attempt, problem, error);
}

bool kds_get(const struct kds *kds, const char *path, struct blob *out, struct error *error)
{
	size_t base = strlen(kds->url);
	char url[URL_MAX];
	int length;

	while (base > 0 && kds->url[base - 1] == '/')
		base--;
	length = snprintf(url, sizeof(url), "%.*s%s", (int)base, kds->url, path);
	if (length < 0 || (size_t)length >= sizeof(url))
		return error_network(error, "%.200s: the address is too long", kds->url);
	return fetch(kds, url, out, error);
}

static const char *kind(bool vlek)
{
	return vlek ? "vlek" : "vcek";
}

void kds_path_chain(char path[KDS_PATH_MAX], enum product product, bool vlek)
{
	snprintf(path, KDS_PATH_MAX, "/%s/v1/%s/cert_chain", kind(vlek), product_name(product));
}

void kds_path_crl(char path[KDS_PATH_MAX], enum product product, bool vlek)
{
	snprintf(path, KDS_PATH_MAX, "/%s/v1/%s/crl", kind(vlek), product_name(product));
}

void kds_path_vcek(char path[KDS_PATH_MAX], enum product product, const uint8_t chip_id[SNP_CHIP_ID_SIZE],
		   const struct tcb *tcb)
{
	size_t id_size = product == PRODUCT_TURIN ? PRODUCT_TURIN_CHIP_ID_SIZE : SNP_CHIP_ID_SIZE;
	char id[2 * SNP_CHIP_ID_SIZE + 1], fmc[16] = "";

	for (size_t i = 0; i < id_size; i++)
		snprintf(id + 2 * i, 3, "%02x", chip_id[i]);
	if (product == PRODUCT_TURIN)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb->fmc);
	snprintf(path, KDS_PATH_MAX, "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u",
		 product_name(product), id, fmc, tcb->bootloader, tcb->tee, tcb->snp, tcb->microcode);
}
