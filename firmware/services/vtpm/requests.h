/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the vtpm service is asked for (include/svsm/service.h). */
#ifndef VTPM_REQUESTS_H
#define VTPM_REQUESTS_H

#include "service_io.h"

/* Turns a request into its reply, in place. */
void requests_handle(struct service_packet *packet);

#endif
