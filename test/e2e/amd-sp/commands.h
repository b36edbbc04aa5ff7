/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The subcommands. Each gets its own arguments, argv[0] being its name, and returns an exit code. */
#ifndef AMD_SP_COMMANDS_H
#define AMD_SP_COMMANDS_H

#define EXIT_FAILED 1
#define EXIT_USAGE 2

int command_init(int argc, char **argv);
int command_run(int argc, char **argv);
int command_forge(int argc, char **argv);

extern const char command_init_help[];
extern const char command_run_help[];
extern const char command_forge_help[];

#endif
