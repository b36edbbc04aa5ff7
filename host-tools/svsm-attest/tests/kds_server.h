/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A KDS on a port of the loopback interface, for tests: it serves what it is given, and misbehaves when told to. */
#ifndef SVSM_ATTEST_TESTS_KDS_SERVER_H
#define SVSM_ATTEST_TESTS_KDS_SERVER_H

#include "blob.h"

#define KDS_SERVER_PATHS 8u

struct kds_server {
	/* Set before the first request; answers to paths, with their query */
	struct {
		char path[512];
		struct blob body; /* borrowed */
	} file[KDS_SERVER_PATHS];
	size_t files;
	/* While it runs: the next so many requests get this status; 0: none do */
	unsigned int fail_next, fail_status;
	const char *retry_after;
	bool endless; /* bodies that never end */
	unsigned int requests;
	/* Its own */
	char url[64];
	void *daemon;
};

bool kds_server_start(struct kds_server *server);
void kds_server_stop(struct kds_server *server);
void kds_server_add(struct kds_server *server, const char *path, const struct blob *body);

#endif
