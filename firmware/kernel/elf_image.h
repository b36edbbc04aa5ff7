/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Loads a static ELF64 executable into a service's address space: text and constants in place, data as a copy. */
#ifndef KERNEL_ELF_IMAGE_H
#define KERNEL_ELF_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "svsm/service_stack.h"

struct service;

#define SERVICE_STACK_TOP 0x00007ffff0000000ull /* of SERVICE_STACK_SIZE bytes, include/svsm/service_stack.h */

/*
 * @image is page-aligned and @size bytes long. Sets the service's registers, initial stack and heap. False when the
 * file is not what a service has to be (static, non-PIE, disjoint page-aligned segments, none writable and executable).
 */
bool elf_image_load(struct service *service, const uint8_t *image, uint64_t size);

#endif
