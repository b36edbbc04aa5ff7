/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The key distribution service on 127.0.0.1 (AMD 57230): GET of
 *	/vcek/v1/Milan/cert_chain		ASK, then ARK, PEM
 *	/vcek/v1/Milan/CHIPID?blSPL=N&teeSPL=N&snpSPL=N&ucodeSPL=N	VCEK, DER; a new certificate over the same key
 *each time /vcek/v1/Milan/crl			DER Anything else, a chip or TCB it does not know or a missing level:
 *404. Throttled: 429.
 */
#ifndef AMD_SP_KDS_H
#define AMD_SP_KDS_H

#include "sp_state.h"

struct kds_options {
	uint16_t port;	       /* 0: any free one */
	unsigned int throttle; /* so many first requests get 429 */
	struct sp_crl_options crl;
};

struct kds;

/* Serves in a thread of its own. `state` is borrowed until kds_stop. NULL after saying why. */
struct kds *kds_start(const struct sp_state *state, const struct kds_options *options);
uint16_t kds_port(const struct kds *kds);
void kds_stop(struct kds *kds);

#endif
