/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * measure PROGRAM FUNCTION [ARGUMENT...]: runs the program one instruction at a time from every call of FUNCTION to its
 * return and prints the most stack a call used, its return address included. Two ways are combined: the lowest RSP
 * seen, and the lowest byte that differs from a pattern painted below RSP before the call (the red zone shows there).
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAINT_SIZE (512u * 1024)
#define PAINT_BYTE 0xa5
#define STEPS_MAX 20000000u
#define PIE_BASE 0x555555554000u /* where Linux loads a position-independent program without address randomization */

static void fail(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* Address of a function in the running program */
static uint64_t find(const char *path, const char *name)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	const Elf64_Ehdr *header;
	const Elf64_Shdr *sections;
	uint64_t address = 0;

	if (file < 0 || fstat(file, &status) != 0)
		fail(path);
	header = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (header == MAP_FAILED)
		fail(path);
	sections = (const Elf64_Shdr *)((const uint8_t *)header + header->e_shoff);
	for (int i = 0; i < header->e_shnum; i++) {
		const Elf64_Sym *symbols = (const Elf64_Sym *)((const uint8_t *)header + sections[i].sh_offset);
		const char *names;

		if (sections[i].sh_type != SHT_SYMTAB)
			continue;
		names = (const char *)header + sections[sections[i].sh_link].sh_offset;
		for (size_t s = 0; s < sections[i].sh_size / sizeof(*symbols); s++) {
			if (symbols[s].st_value && strcmp(names + symbols[s].st_name, name) == 0)
				address = symbols[s].st_value;
		}
	}
	if (address && header->e_type == ET_DYN)
		address += PIE_BASE;
	close(file);
	return address;
}

static pid_t start(char **argv)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		fail("fork");
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		personality(ADDR_NO_RANDOMIZE);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(argv[0], argv);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
		fail(argv[0]);
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL);
	return child;
}

static void registers(pid_t child, struct user_regs_struct *regs)
{
	if (ptrace(PTRACE_GETREGS, child, NULL, regs) != 0)
		fail("PTRACE_GETREGS");
}

static void paint(pid_t child, uint64_t below, uint8_t *bytes)
{
	memset(bytes, PAINT_BYTE, PAINT_SIZE);
	for (uint64_t at = below - PAINT_SIZE; at < below; at += 4096) {
		uint64_t end = at + 4096 < below ? at + 4096 : below;
		struct iovec local = {bytes, end - at}, remote = {(void *)at, end - at};

		process_vm_writev(child, &local, 1, &remote, 1,
				  0); /* pages the stack has not grown to yet stay as they are */
	}
}

static uint64_t lowest_touched(pid_t child, uint64_t below, uint8_t *bytes)
{
	for (uint64_t at = below - PAINT_SIZE; at < below; at += 4096) {
		uint64_t size = at + 4096 < below ? 4096 : below - at;
		struct iovec local = {bytes, size}, remote = {(void *)at, size};

		if (process_vm_readv(child, &local, 1, &remote, 1, 0) != (ssize_t)size)
			continue;
		for (uint64_t i = 0; i < size; i++) {
			if (bytes[i] != PAINT_BYTE)
				return at + i;
		}
	}
	return below;
}

/* RSP is at the return address. Steps until it is popped; returns the bytes used, or -1 when the program ended. */
static int64_t step_through(pid_t child, uint8_t *bytes)
{
	struct user_regs_struct regs;
	uint64_t entry, lowest, touched;
	int status;

	registers(child, &regs);
	entry = lowest = regs.rsp;
	/* Make the stack grow first, so that the paint reaches everything. */
	errno = 0;
	paint(child, entry, bytes);
	for (unsigned int steps = 0; steps < STEPS_MAX; steps++) {
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0 || waitpid(child, &status, 0) < 0)
			fail("PTRACE_SINGLESTEP");
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return -1;
		registers(child, &regs);
		if (regs.rsp < lowest)
			lowest = regs.rsp;
		if (regs.rsp > entry)
			break;
	}
	touched = lowest_touched(child, entry, bytes);
	/* Pages that did not exist at the start hold zeroes, not paint: only what lies near RSP's lowest place is the
	 * red zone. */
	if (touched < lowest && lowest - touched <= 128)
		lowest = touched;
	return (int64_t)(entry + 8 - lowest);
}

/* The stack grows by faults of the program itself: read a word far below at its start, where nothing is in use yet. */
static void grow_stack(pid_t child)
{
	struct user_regs_struct saved, regs;
	uint64_t word;
	int status;

	registers(child, &saved);
	regs = saved;
	errno = 0;
	word = (uint64_t)ptrace(PTRACE_PEEKTEXT, child, (void *)saved.rip, NULL);
	ptrace(PTRACE_POKETEXT, child, (void *)saved.rip, (void *)0x0000009090008a48); /* mov (%rax), %al and nops */
	regs.rax = saved.rsp - PAINT_SIZE - 65536;
	ptrace(PTRACE_SETREGS, child, NULL, &regs);
	ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
	waitpid(child, &status, 0);
	ptrace(PTRACE_POKETEXT, child, (void *)saved.rip, (void *)word);
	ptrace(PTRACE_SETREGS, child, NULL, &saved);
	for (uint64_t at = saved.rsp - PAINT_SIZE - 65536; at < saved.rsp - 4096; at += 4096)
		ptrace(PTRACE_POKEDATA, child, (void *)at, NULL);
}

int main(int argc, char **argv)
{
	uint8_t *bytes = malloc(PAINT_SIZE);
	struct user_regs_struct regs;
	int64_t most = -1;
	uint64_t function, original;
	pid_t child;
	int status;

	if (argc < 3 || !bytes)
		return 3;
	function = find(argv[1], argv[2]);
	if (!function) {
		fprintf(stderr, "measure: %s has no function %s\n", argv[1], argv[2]);
		return 3;
	}
	argv[2] = argv[1];
	child = start(argv + 2);
	grow_stack(child);
	original = (uint64_t)ptrace(PTRACE_PEEKTEXT, child, (void *)function, NULL);
	for (;;) {
		int64_t used;

		ptrace(PTRACE_POKETEXT, child, (void *)function, (void *)((original & ~0xffull) | 0xcc));
		ptrace(PTRACE_CONT, child, NULL, NULL);
		if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
			break;
		registers(child, &regs);
		if (WSTOPSIG(status) != SIGTRAP || regs.rip != function + 1) {
			fprintf(stderr, "measure: the program stopped by signal %d at %llx\n", WSTOPSIG(status),
				regs.rip);
			kill(child, SIGKILL);
			return 3;
		}
		ptrace(PTRACE_POKETEXT, child, (void *)function, (void *)original);
		regs.rip = function;
		ptrace(PTRACE_SETREGS, child, NULL, &regs);
		used = step_through(child, bytes);
		if (used < 0)
			break;
		if (used > most)
			most = used;
	}
	free(bytes);
	if (most < 0) {
		fprintf(stderr, "measure: %s was never called to its end\n", argv[2]);
		return 3;
	}
	printf("%" PRId64 "\n", most);
	return 0;
}
