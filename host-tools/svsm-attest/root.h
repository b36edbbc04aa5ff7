/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* AMD's root certificates (ARK), pinned by fingerprint, one for each product line. */
#ifndef SVSM_ATTEST_ROOT_H
#define SVSM_ATTEST_ROOT_H

#include "certificate.h"
#include "product.h"

/* The product line whose ARK this is; PRODUCT_UNKNOWN when AMD did not make it */
enum product root_product(const X509 *certificate);

#endif
