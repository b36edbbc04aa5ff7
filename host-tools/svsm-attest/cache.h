/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What KDS has answered, kept in a folder so that it is asked once. Entries appear complete or not at all; processes
 * may share the folder. Nothing in it is trusted: it is checked like what comes from the network.
 */
#ifndef SVSM_ATTEST_CACHE_H
#define SVSM_ATTEST_CACHE_H

#include "blob.h"

/* KDS does not know this (404): not asked again for so long */
#define CACHE_NEGATIVE_SECONDS 900
/* Chains are good until AMD reissues an intermediate, lists for a day. */
#define CACHE_LEAF_SECONDS (365L * 86400)
#define CACHE_CHAIN_SECONDS (30L * 86400)
#define CACHE_CRL_SECONDS 86400L

enum cache_answer {
	CACHE_MISSING,
	CACHE_STALE, /* older than asked for; `out` is filled all the same */
	CACHE_FRESH,
	CACHE_UNKNOWN, /* KDS did not know it a short while ago */
};

/* $XDG_CACHE_HOME/svsm-attest or ~/.cache/svsm-attest; false when neither variable is set */
bool cache_default(char path[4096]) MUST_CHECK;

/* `url` and `path` name an entry: replicas of KDS are kept apart. */
enum cache_answer cache_get(const char *folder, const char *url, const char *path, long max_age, struct blob *out);
/* Failure to write is no failure of the caller's: the entry is then fetched again. */
void cache_put(const char *folder, const char *url, const char *path, const struct blob *bytes);
void cache_put_unknown(const char *folder, const char *url, const char *path);
void cache_forget(const char *folder, const char *url, const char *path);

/*
 * Held while an entry is fetched, so that many processes ask KDS once. A descriptor to close, or -1 when the folder
 * cannot be written or `limit_seconds` were not enough: one that has stopped must not stop the others. The caller then
 * goes on without.
 */
int cache_lock(const char *folder, const char *url, const char *path, unsigned int limit_seconds);

#endif
