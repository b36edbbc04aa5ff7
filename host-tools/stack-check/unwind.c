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

/*
 * A row of unwind information: the depth from `start` up to `end`. It starts where it was asked for: libdw tells an
 * earlier address, which behind a restored state (DW_CFA_restore_state) is before the state was left.
 */
struct row {
	Dwarf_Addr start, end;
	int64_t depth;
};

static struct row row_at(const char *file, uint64_t address)
{
	Dwfl_Module *module = source_module(file);
	struct row row = {.start = address, .end = address, .depth = UNWIND_UNKNOWN};
	Dwarf_Addr bias, start, end;
	Dwarf_CFI *cfi = module ? dwfl_module_eh_cfi(module, &bias) : NULL;
	Dwarf_Frame *frame;

	if (!cfi || dwarf_cfi_addrframe(cfi, address - bias, &frame) != 0)
		return row;
	row.depth = depth_of(frame);
	if (row.depth < RETURN_ADDRESS)
		row.depth = UNWIND_UNKNOWN;
	if (dwarf_frame_info(frame, &start, &end, NULL) >= 0)
		row.end = end + bias;
	free(frame);
	return row;
}

int64_t unwind_depth(const char *file, uint64_t address)
{
	return row_at(file, address).depth;
}

void unwind_check(struct graph *graph, const char *file, const struct graph_node *node, const struct frame *frame)
{
	struct row row = {.start = 0};

	for (size_t i = 0; i < frame->site_count; i++) {
		const struct frame_site *site = &frame->sites[i];
		int64_t told;

		if (site->depth[ALIGN_ANY] == DEPTH_UNKNOWN || site->other_stack)
			continue;
		/* Most calls of a function are in one row. */
		if (site->address < row.start || site->address >= row.end)
			row = row_at(file, site->address);
		told = row.depth;
		if (told == UNWIND_UNKNOWN || told == site->depth[ALIGN_ANY] || told == site->depth[ALIGN_ABI])
			continue;
		graph_find(graph, arena_printf(graph->arena,
					       "%s: at 0x%" PRIx64 " the code has used %" PRId64
					       " bytes of stack, its unwind information says %" PRId64,
					       node->name, site->address, site->depth[ALIGN_ANY], told));
		return;
	}
}
