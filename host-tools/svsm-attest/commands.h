/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#ifndef SVSM_ATTEST_COMMANDS_H
#define SVSM_ATTEST_COMMANDS_H

#include "verify.h"

#define PROGRAM "svsm-attest"

/* Each takes its own name as argv[0] and gives the exit code. */
int command_challenge(int argc, char **argv);
int command_activate(int argc, char **argv);
int command_fetch(int argc, char **argv);
int command_show(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_collect(int argc, char **argv);
int command_verify(int argc, char **argv);

/* Prints "svsm-attest: ..." and gives EXIT_NETWORK or EXIT_INPUT_OUTPUT. */
int command_fail(const struct error *error);
/* Gives `result`, or EXIT_INPUT_OUTPUT with a message when what was printed could not be written. */
int command_flush(int result);
/* `words` may be NULL when getopt has already said what is wrong. Gives EXIT_USAGE. */
int command_usage(const char *command, const char *words);

#endif
