/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* CRC-32 of the headers (the polynomial of zlib and IEEE 802.3), as the IGVM format defines it. */
#ifndef SIM_IGVM_CHECKSUM_H
#define SIM_IGVM_CHECKSUM_H

#include "abi/igvm.h"

/* @fixed lies in bounds of @file. */
uint32_t igvm_checksum(const uint8_t *file, const struct igvm_fixed_header *fixed);

#endif
