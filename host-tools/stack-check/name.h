/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Names of functions as people write them: "f", "file.c:f", and clones that a compiler made of f. */
#ifndef STACK_CHECK_NAME_H
#define STACK_CHECK_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Length of `symbol` without suffixes such as .isra.0, .constprop.1, .part.0, .cold, .lto_priv.0, .llvm.123. */
size_t name_base_length(const char *symbol);

enum name_match { NAME_DIFFERS, NAME_CLONE, NAME_EXACT };

/* Whether `written` means the function with this symbol and source file (NULL when not known). */
enum name_match name_matches(const char *written, const char *symbol, const char *file);
/* Whether one path ends with the other, at a component's start. */
bool name_same_file(const char *a, const char *b);

#endif
