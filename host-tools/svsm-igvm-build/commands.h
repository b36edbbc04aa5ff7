/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One function per subcommand, each in its own file. argv[0] is the subcommand's name; the result is the exit code. */
#ifndef IGVM_BUILD_COMMANDS_H
#define IGVM_BUILD_COMMANDS_H

#include "error.h"
#include "measure.h"
#include "profile.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM "svsm-igvm-build"

int command_build(int argc, char **argv);
int command_measure(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_manifest(int argc, char **argv);
int command_lint(int argc, char **argv);
int command_rebuild(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_sign(int argc, char **argv);
int command_verify_id(int argc, char **argv);
int command_profiles(int argc, char **argv);

/* Shared by the subcommands (options.c). */

/* Prints the error and gives its exit code. */
int command_fail(const struct error *error);
/* Refuses a command line: says why and where help is. */
int command_usage(const char *command, const char *reason);
/* Decimal or 0x-hexadecimal; false when it is neither or outside [min, max]. */
bool command_number(const char *text, uint64_t min, uint64_t max, uint64_t *out) MUST_CHECK;
/* Hexadecimal, with or without 0x. */
bool command_hex_number(const char *text, uint64_t *out) MUST_CHECK;
/* Exactly `size` bytes in hexadecimal. */
bool command_unhex(const char *text, uint8_t *out, size_t size) MUST_CHECK;
/* The profile of that name; NULL after telling which there are. */
const struct profile *command_profile(const char *command, const char *name);
/* CPUID 1 EAX of --cpu-model; false after telling which there are. */
bool command_cpu_model(const char *command, const char *text, uint32_t *signature) MUST_CHECK;
/*
 * The options that say what is launched: -p (profile), -n (vCPUs), -c (CPU model), into `measure`. 0: done; -1:
 * `option` is none of them; else the exit code after telling what is wrong.
 */
int command_launch_option(const char *command, int option, const char *text,
			  struct measure_options *measure) MUST_CHECK;
/*
 * Reads the command line of a command whose only options are --json and --help. 0: go on at optind; -1: help was asked
 * for and printed; else the exit code after telling what is wrong.
 */
int command_json_option(int argc, char **argv, const char *help, bool *json) MUST_CHECK;
/* Lower-case hexadecimal of `size` bytes; `out` has 2 * size + 1 characters. */
void command_hex(const uint8_t *bytes, size_t size, char *out);
/* "0x..." as a JSON string: JSON numbers lose bits above 2^53 in many readers. */
json_t *command_json_hex(uint64_t value);
/* What was printed has reached standard output? Exit code. */
int command_flush(void);
/* Prints a JSON object (reference consumed; NULL means no memory). Exit code. */
int command_print_json(json_t *object);

#endif
