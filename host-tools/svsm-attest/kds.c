/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "kds.h"

#include "file.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URL_MAX 1024u
#define CONNECT_SECONDS 10L
#define TRANSFER_SECONDS 30L
#define WAIT_MS_MAX 32000u

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
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, TRANSFER_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)KDS_RESPONSE_MAX) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "svsm-attest") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, out) == CURLE_OK;
}

/* Time for a server that said "too many requests", at random so that many clients do not return together */
static void wait_for(unsigned int milliseconds)
{
	struct timespec left;
	uint32_t random = 0;

	if (RAND_bytes((unsigned char *)&random, sizeof(random)) == 1)
		milliseconds += random % (milliseconds / 4 + 1);
	left = (struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static bool worth_repeating(CURLcode result, long status)
{
	if (result == CURLE_OK)
		return status == 429 || status >= 500;
	return result == CURLE_COULDNT_CONNECT || result == CURLE_OPERATION_TIMEDOUT || result == CURLE_RECV_ERROR ||
	       result == CURLE_GOT_NOTHING || result == CURLE_PARTIAL_FILE;
}

static bool explain(const char *url, CURLcode result, long status, unsigned int attempts, const char *problem,
		    struct error *error)
{
	if (result == CURLE_WRITE_ERROR || result == CURLE_FILESIZE_EXCEEDED)
		return error_io(error, "%s: the answer is larger than %u bytes", url, KDS_RESPONSE_MAX);
	if (result != CURLE_OK)
		return error_io(error, "%s: %s (%u attempts)", url, *problem ? problem : curl_easy_strerror(result),
				attempts);
	if (status == 404)
		return error_refuse(error, "KDS does not know %s (HTTP status 404)", url);
	if (status == 429)
		return error_io(error, "%s: too many requests (HTTP status 429) after %u attempts; try later", url,
				attempts);
	return error_io(error, "%s: HTTP status %ld", url, status);
}

static bool fetch(const struct kds *kds, const char *url, struct blob *out, struct error *error)
{
	unsigned int attempt = 1, wait_ms = kds->wait_ms;
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
		out->size = 0;
		status = 0;
		result = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (attempt >= kds->attempts || !worth_repeating(result, status))
			break;
		wait_for(wait_ms);
		wait_ms = wait_ms < WAIT_MS_MAX / 2 ? 2 * wait_ms : WAIT_MS_MAX;
	}
	curl_easy_cleanup(curl);
	if (result == CURLE_OK && status == 200)
		return true;
	blob_free(out);
	return explain(url, result, status, attempt, problem, error);
}

/* Base and path; a slash at the end of the base is forgiven. */
static bool get(const struct kds *kds, const char *path, const char *file, struct blob *out, struct error *error)
{
	char name[URL_MAX];
	int length;

	if (kds->url) {
		size_t base = strlen(kds->url);

		while (base > 0 && kds->url[base - 1] == '/')
			base--;
		length = snprintf(name, sizeof(name), "%.*s%s", (int)base, kds->url, path);
	} else {
		length = snprintf(name, sizeof(name), "%s/%s", kds->folder, file);
	}
	if (length < 0 || (size_t)length >= sizeof(name))
		return error_io(error, "%s: name too long", kds->url ? kds->url : kds->folder);
	return kds->url ? fetch(kds, name, out, error) : file_read(name, KDS_RESPONSE_MAX, out, error);
}

bool kds_cert_chain(const struct kds *kds, enum product product, struct blob *out, struct error *error)
{
	char path[64];

	snprintf(path, sizeof(path), "/vcek/v1/%s/cert_chain", product_name(product));
	return get(kds, path, "cert_chain.pem", out, error);
}

bool kds_crl(const struct kds *kds, enum product product, struct blob *out, struct error *error)
{
	char path[64];

	snprintf(path, sizeof(path), "/vcek/v1/%s/crl", product_name(product));
	return get(kds, path, "crl.der", out, error);
}

bool kds_vcek(const struct kds *kds, enum product product, const struct report *report, struct blob *out,
	      struct error *error)
{
	size_t id_size = product == PRODUCT_TURIN ? PRODUCT_TURIN_CHIP_ID_SIZE : SNP_CHIP_ID_SIZE;
	char path[2 * SNP_CHIP_ID_SIZE + 160], fmc[16] = "";
	struct tcb tcb;
	char *id;

	if (!tcb_decode(product, report->fields.reported_tcb, &tcb))
		return error_refuse(error, "REPORTED_TCB has bytes that mean nothing on %s", product_name(product));
	id = blob_hex(report->fields.chip_id, id_size);
	if (!id)
		return error_resources(error, "name the VCEK");
	if (product == PRODUCT_TURIN)
		snprintf(fmc, sizeof(fmc), "fmcSPL=%02u&", tcb.fmc);
	snprintf(path, sizeof(path), "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u",
		 product_name(product), id, fmc, tcb.bootloader, tcb.tee, tcb.snp, tcb.microcode);
	free(id);
	return get(kds, path, "vcek.der", out, error);
}
