/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "certs.h"

#include "cache.h"
#include "certificate_memo.h"
#include "chain.h"
#include "clock.h"
#include "file.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME_SIZE 4096u

static bool is_vlek(const struct certs_query *query)
{
	return report_signing_key(&query->report->fields) == SNP_SIGNING_KEY_VLEK;
}

/* The file for one part, from its own option or from the folder; "" when neither is given */
static bool file_name(const struct certs *certs, const char *option, const char *in_folder, char out[NAME_SIZE])
{
	out[0] = 0;
	if (option)
		return snprintf(out, NAME_SIZE, "%s", option) < (int)NAME_SIZE;
	return !certs->folder || snprintf(out, NAME_SIZE, "%s/%s", certs->folder, in_folder) < (int)NAME_SIZE;
}

static bool refuse_unknown(const struct certs *certs, const char *path, struct error *error)
{
	return error_refuse(error, "KDS did not know %s%s a short while ago", certs->kds.url, path);
}

/*
 * Asks KDS, unless another process has done so while this one waited for its turn. The limit is for waiting and asking
 * together, but for a last second to ask in.
 */
static bool fetch(const struct certs *certs, const char *path, long max_age, struct blob *out, struct error *error)
{
	struct kds kds = certs->kds;
	uint64_t start = clock_seconds(), waited;
	int lock = cache_lock(certs->cache, kds.url, path, kds.limit_seconds);
	enum cache_answer answer = cache_get(certs->cache, kds.url, path, max_age, out);
	bool ok = answer == CACHE_FRESH;

	if (answer == CACHE_UNKNOWN) {
		(void)!refuse_unknown(certs, path, error);
	} else if (!ok) {
		blob_free(out);
		waited = clock_seconds() - start;
		kds.limit_seconds = waited < kds.limit_seconds ? kds.limit_seconds - (unsigned int)waited : 1;
		ok = kds_get(&kds, path, out, error);
		if (ok)
			cache_put(certs->cache, certs->kds.url, path, out);
		else if (error->kind == ERROR_REFUSED)
			cache_put_unknown(certs->cache, certs->kds.url, path);
	}
	if (lock >= 0)
		close(lock);
	return ok;
}

static bool get(const struct certs *certs, const char *path, const char *what, const char *option, long max_age,
		struct blob *out, struct error *error)
{
	enum cache_answer answer = cache_get(certs->cache, certs->kds.url, path, max_age, out);
	struct blob stale = *out;

	if (answer == CACHE_FRESH || (answer == CACHE_STALE && certs->offline))
		return true;
	*out = (struct blob){NULL, 0};
	if (answer == CACHE_UNKNOWN)
		return refuse_unknown(certs, path, error);
	if (certs->offline)
		return error_refuse(error, "no %s: give %s, or leave out --offline to ask KDS", what, option);
	if (fetch(certs, path, max_age, out, error)) {
		blob_free(&stale);
		return true;
	}
	/* Better an old copy than none: its own period decides. */
	if (!stale.data)
		return false;
	*out = stale;
	return true;
}

static bool parse_one(const struct blob *bytes, X509 **out)
{
	struct certificate_list list;
	bool ok = certificate_list_parse(&list, bytes) && list.count == 1;

	if (ok) {
		*out = list.item[0];
		X509_up_ref(*out);
	}
	certificate_list_free(&list);
	return ok;
}

/* The host's leaf, when it is one for this report */
static X509 *leaf_in_table(const struct certs_query *query)
{
	X509 *leaf = NULL;

	if (!query->table || !parse_one(is_vlek(query) ? &query->table->vlek : &query->table->vcek, &leaf))
		return NULL;
	if (chain_leaf_is_for(leaf, query->report, query->product))
		return leaf;
	X509_free(leaf);
	return NULL;
}

static bool leaf_from_file(const char *name, X509 **out, bool *form, struct error *error)
{
	struct blob bytes;
	bool ok;

	if (!file_read(name, KDS_RESPONSE_MAX, &bytes, error))
		return false;
	ok = parse_one(&bytes, out);
	blob_free(&bytes);
	*form = !ok;
	return ok || error_refuse(error, "%s: not exactly one certificate in PEM or DER form", name);
}

static bool leaf_from_kds(const struct certs *certs, const struct certs_query *query, X509 **out, bool *form,
			  struct error *error)
{
	const struct snp_report *f = &query->report->fields;
	char path[KDS_PATH_MAX];
	struct blob bytes;
	struct tcb tcb;
	bool ok;

	if (is_vlek(query))
		return error_refuse(error, "KDS hands out no VLEKs: give --cert, or the host's certificate table");
	if (report_chip_id_masked(f))
		return error_refuse(error, "the host masks CHIP_ID, so KDS cannot be asked for the VCEK");
	if (query->product == PRODUCT_UNKNOWN)
		return error_refuse(error, "a version 2 report does not name its product line: say --product, or give "
					   "--cert");
	(void)tcb_decode(query->product, f->reported_tcb, &tcb);
	kds_path_vcek(path, query->product, f->chip_id, &tcb);
	if (!get(certs, path, "leaf certificate (VCEK)", "--cert", CACHE_LEAF_SECONDS, &bytes, error))
		return false;
	ok = parse_one(&bytes, out);
	blob_free(&bytes);
	*form = !ok;
	if (!ok || !chain_leaf_is_for(*out, query->report, query->product))
		cache_forget(certs->cache, certs->kds.url, path);
	return ok || error_refuse(error, "KDS's answer is not exactly one certificate");
}

bool certs_leaf(const struct certs *certs, const struct certs_query *query, X509 **out, bool *form, struct error *error)
{
	char name[NAME_SIZE];

	*out = NULL;
	*form = false;
	if (!file_name(certs, certs->leaf_file, "vcek.der", name))
		return error_io(error, "a file name is too long");
	if (name[0])
		return leaf_from_file(name, out, form, error);
	*out = leaf_in_table(query);
	return *out || leaf_from_kds(certs, query, out, form, error);
}

/* The host's intermediate and root, when they are the leaf's issuers by name */
static bool authorities_in_table(const struct certs_query *query, const X509 *leaf, struct certificate_list *out)
{
	struct chain chain = {.leaf = NULL};
	struct error error;
	bool ok;

	*out = (struct certificate_list){.count = 0};
	if (!query->table || !parse_one(&query->table->ask, &out->item[0]))
		return false;
	out->count = 1;
	if (parse_one(&query->table->ark, &out->item[1]))
		out->count = 2;
	ok = out->count == 2 && chain_assemble(&chain, (X509 *)(uintptr_t)leaf, out, &error) &&
	     X509_verify(chain.leaf, X509_get0_pubkey(chain.intermediate)) == 1;
	chain_free(&chain);
	if (!ok)
		certificate_list_free(out);
	return ok;
}

bool certs_authorities(const struct certs *certs, const struct certs_query *query, const X509 *leaf,
		       struct certificate_list *out, bool *form, struct error *error)
{
	enum product product = query->product == PRODUCT_UNKNOWN ? chain_leaf_product(leaf) : query->product;
	char name[NAME_SIZE], path[KDS_PATH_MAX] = "";
	struct blob bytes;
	bool ok;

	*out = (struct certificate_list){.count = 0};
	*form = false;
	if (!file_name(certs, certs->chain_file, "cert_chain.pem", name))
		return error_io(error, "a file name is too long");
	if (!name[0] && authorities_in_table(query, leaf, out))
		return true;
	if (!name[0] && product == PRODUCT_UNKNOWN)
		return error_refuse(error, "the leaf names no product line this program knows: give --chain");
	if (name[0]) {
		ok = file_read(name, KDS_RESPONSE_MAX, &bytes, error);
	} else {
		kds_path_chain(path, product, is_vlek(query));
		ok = get(certs, path, "certificate chain", "--chain", CACHE_CHAIN_SECONDS, &bytes, error);
	}
	if (!ok)
		return false;
	ok = certificate_memo_parse(out, &bytes);
	blob_free(&bytes);
	*form = !ok;
	if (!ok && path[0])
		cache_forget(certs->cache, certs->kds.url, path);
	return ok || error_refuse(error, "%s: not a list of certificates in PEM form", name[0] ? name : "KDS's answer");
}

/* A list that cannot be read or has ended; what it says is judged elsewhere. */
static bool is_useless(const struct blob *bytes, time_t now)
{
	X509_CRL *crl = certificate_crl_parse(bytes);
	time_t ends = 0;
	bool ended = !crl || !certificate_time(X509_CRL_get0_nextUpdate(crl), &ends) || ends < now;

	X509_CRL_free(crl);
	return ended;
}

bool certs_crl(const struct certs *certs, const struct certs_query *query, struct blob *out, struct error *error)
{
	static const char what[] = "revocation list (CRL)";
	char name[NAME_SIZE], path[KDS_PATH_MAX];

	*out = (struct blob){NULL, 0};
	if (!file_name(certs, certs->crl_file, "crl.der", name))
		return error_io(error, "a file name is too long");
	if (name[0])
		return file_read(name, KDS_RESPONSE_MAX, out, error);
	kds_path_crl(path, query->product, is_vlek(query));
	if (!get(certs, path, what, "--crl", CACHE_CRL_SECONDS, out, error))
		return false;
	if (certs->offline || !certs->cache || !is_useless(out, query->now))
		return true;
	/* Fresh in the cache, and yet no good: there may be a newer one. */
	blob_free(out);
	cache_forget(certs->cache, certs->kds.url, path);
	return get(certs, path, what, "--crl", CACHE_CRL_SECONDS, out, error);
}
