/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the compiler expects of a freestanding environment. */
#ifndef LIB_FREESTANDING_STRING_H
#define LIB_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

/* Overwrites secrets; never optimised away. */
void string_cleanse(void *at, size_t size);

#endif
