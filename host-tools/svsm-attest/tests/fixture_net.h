/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A scene whose certificates come over HTTP from a server in this process, and through a cache. */
#ifndef SVSM_ATTEST_TESTS_FIXTURE_NET_H
#define SVSM_ATTEST_TESTS_FIXTURE_NET_H

#include "fixture_certs.h"
#include "kds_server.h"

struct fixture_net {
	struct scene scene;
	struct kds_server server;
	struct fixture_files files;
	char cache[64], vcek_path[512];
};

void fixture_net_open(struct fixture_net *net);
void fixture_net_close(struct fixture_net *net);
/* Builds the scene; nothing is in the cache and nothing has been asked. */
void fixture_net_prepare(struct fixture_net *net);
/* Judges the evidence, under the root that is served; exit code. May be called again and again. */
int fixture_net_judge(struct fixture_net *net);

/* Every file in it goes, or becomes so much older. */
void fixture_folder_empty(const char *path);
void fixture_folder_age(const char *path, long seconds);

#endif
