/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "unwind.h"

#include "source_line.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdlib.h>

#define DWARF_RSP 7

/* The canonical frame address is RSP before the return address was pushed. */
static int64_t depth_of(Dwarf_Frame *frame)
{
	Dwarf_Op *ops;
	size_t count;

	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count != 1 || ops[0].atom != DW_OP_bregx ||
	    ops[0].number != DWARF_RSP || ops[0].number2 > INT32_MAX)
		return UNWIND_UNKNOWN;
	return (int64_t)ops[0].number2;
}

int64_t unwind_depth(const char *file, uint64_t address)
{
	Dwfl_Module *module = source_module(file);
	Dwarf_Addr bias;
	Dwarf_CFI *cfi = module ? dwfl_module_eh_cfi(module, &bias) : NULL;
	Dwarf_Frame *frame;
	int64_t depth;

	if (!cfi || dwarf_cfi_addrframe(cfi, address - bias, &frame) != 0)
		return UNWIND_UNKNOWN;
	depth = depth_of(frame);
	free(frame);
	return depth >= RETURN_ADDRESS ? depth : UNWIND_UNKNOWN;
}

void unwind_check(struct graph *graph, const char *file, const struct graph_node *node, const struct frame *frame)
{
	for (size_t i = 0; i < frame->site_count; i++) {
		const struct frame_site *site = &frame->sites[i];
		int64_t told;

		if (site->depth[ALIGN_ANY] == DEPTH_UNKNOWN || site->other_stack)
			continue;
		told = unwind_depth(file, site->address);
		if (told == UNWIND_UNKNOWN || told == site->depth[ALIGN_ANY] || told == site->depth[ALIGN_ABI])
			continue;
		graph_find(graph, arena_printf(graph->arena,
					       "%s: at 0x%" PRIx64 " the code has used %" PRId64
					       " bytes of stack, its unwind information says %" PRId64,
					       node->name, site->address, site->depth[ALIGN_ANY], told));
		return;
	}
}
