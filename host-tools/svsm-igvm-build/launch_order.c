/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "launch_order.h"

#include "vmsa.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct loader {
	struct launch_order *order;
	struct error *error;
	/* Headers [run_first, run_end) of page data wait for one that does not continue them (insert_overtakes). */
	size_t run_first, run_end;
	struct igvm_page_data run_last;
};

static bool refuse(const struct loader *loader, const struct igvm_record *record, const char *rule)
{
	return error_set(loader->error, ERROR_INVALID, "%s: offset 0x%" PRIx32 ": %s: %s", loader->order->file->name,
			 record->offset, igvm_type_name(record->type), rule);
}

static void launch(struct launch_order *order, size_t index)
{
	order->record[order->count++] = (uint32_t)index;
}

static void flush_run(struct loader *loader)
{
	for (size_t i = loader->run_first; i < loader->run_end; i++)
		launch(loader->order, i);
	loader->run_first = loader->run_end = 0;
}

static uint64_t page_data_size(const struct igvm_page_data *page)
{
	return page->flags & IGVM_PAGE_2MB ? SNP_LARGE_PAGE_SIZE : SNP_PAGE_SIZE;
}

static bool continues(const struct igvm_page_data *last, const struct igvm_page_data *next)
{
	return next->gpa == last->gpa + page_data_size(last) && next->flags == last->flags &&
	       next->data_type == last->data_type && next->compatibility_mask == last->compatibility_mask &&
	       (next->file_offset == 0) == (last->file_offset == 0);
}

static void page_data(struct loader *loader, size_t index)
{
	struct launch_order *order = loader->order;
	struct igvm_page_data page;

	igvm_record_read(order->file, &order->file->record[index], &page, sizeof(page));
	if (!(page.compatibility_mask & order->mask) ||
	    ((page.flags & IGVM_PAGE_SHARED) && !order->profile->shared_measured))
		return;
	if (!order->profile->insert_overtakes) {
		launch(order, index);
		return;
	}
	if (loader->run_end && (loader->run_end != index || !continues(&loader->run_last, &page)))
		flush_run(loader);
	if (!loader->run_end)
		loader->run_first = index;
	loader->run_end = index + 1;
	loader->run_last = page;
}

static const struct igvm_parameter_area *find_area(const struct launch_order *order, uint32_t index)
{
	for (size_t i = 0; i < order->area_count; i++) {
		if (order->area[i].parameter_area_index == index)
			return &order->area[i];
	}
	return NULL;
}

static bool parameter_insert(struct loader *loader, size_t index)
{
	struct launch_order *order = loader->order;
	const struct igvm_record *record = &order->file->record[index];
	struct igvm_parameter_insert insert;

	igvm_record_read(order->file, record, &insert, sizeof(insert));
	if (!(insert.compatibility_mask & order->mask))
		return true;
	if (!find_area(order, insert.parameter_area_index))
		return refuse(loader, record, "parameter area is not declared before");
	launch(order, index);
	return true;
}

static bool vp_context(struct loader *loader, const struct igvm_record *record)
{
	struct launch_order *order = loader->order;
	struct igvm_vp_context context;

	igvm_record_read(order->file, record, &context, sizeof(context));
	if (!(context.compatibility_mask & order->mask))
		return true;
	if (context.vp_index >= LAUNCH_VCPU_MAX)
		return refuse(loader, record, "VP index is above 511");
	if (order->context[context.vp_index].type)
		return refuse(loader, record, "a second context for this VP index; which one counts is not defined");
	if (context.file_offset == 0)
		return refuse(loader, record, "a VMSA without data");
	order->context[context.vp_index] = *record;
	return true;
}

static bool guest_policy(struct loader *loader, const struct igvm_record *record)
{
	struct launch_order *order = loader->order;
	struct igvm_guest_policy policy;

	igvm_record_read(order->file, record, &policy, sizeof(policy));
	if (!(policy.compatibility_mask & order->mask))
		return true;
	if (order->has_guest_policy)
		return refuse(loader, record, "a second guest policy");
	order->has_guest_policy = true;
	order->guest_policy = policy.policy;
	return true;
}

static bool load(struct loader *loader, size_t index)
{
	struct launch_order *order = loader->order;
	const struct igvm_record *record = &order->file->record[index];

	switch (record->type) {
	case IGVM_VHT_GUEST_POLICY:
		return guest_policy(loader, record);
	case IGVM_VHT_PARAMETER_AREA:
		igvm_record_read(order->file, record, &order->area[order->area_count++], sizeof(order->area[0]));
		return true;
	case IGVM_VHT_PARAMETER_INSERT:
		return parameter_insert(loader, index);
	case IGVM_VHT_PAGE_DATA:
		page_data(loader, index);
		return true;
	case IGVM_VHT_VP_CONTEXT:
		return vp_context(loader, record);
	default:
		return true; /* adds no page */
	}
}

const uint8_t *launch_order_context(const struct launch_order *order, uint32_t vcpu)
{
	struct igvm_vp_context context;

	if (vcpu >= LAUNCH_VCPU_MAX || !order->context[vcpu].type)
		return NULL;
	igvm_record_read(order->file, &order->context[vcpu], &context, sizeof(context));
	return igvm_file_data(order->file, context.file_offset);
}

uint32_t launch_order_contexts(const struct igvm_file *file)
{
	uint32_t count = 0;

	for (size_t i = 0; i < file->record_count && count < LAUNCH_VCPU_MAX; i++) {
		struct igvm_vp_context context;

		if (file->record[i].type != IGVM_VHT_VP_CONTEXT)
			continue;
		igvm_record_read(file, &file->record[i], &context, sizeof(context));
		count += (context.compatibility_mask & igvm_file_snp_mask(file)) != 0;
	}
	return count ? count : 1;
}

/* KVM measures the VMSA of each vCPU; what it holds for one that the file leaves out is the VMM's. */
static bool vcpus(struct loader *loader, uint32_t cpu_signature)
{
	struct launch_order *order = loader->order;
	struct snp_vmsa first;

	if (!order->context[0].type)
		return error_set(loader->error, ERROR_INVALID, "%s: no VP context for vCPU 0", order->file->name);
	for (uint32_t i = order->vcpus; i < LAUNCH_VCPU_MAX; i++) {
		if (order->context[i].type)
			return error_set(loader->error, ERROR_INVALID,
					 "%s: offset 0x%" PRIx32 ": VMSA of vCPU %" PRIu32 ", but only %" PRIu32
					 " at launch; use --vcpus %" PRIu32 " or more",
					 order->file->name, order->context[i].offset, i, order->vcpus, i + 1);
	}
	for (uint32_t i = 0; i < order->vcpus && order->profile->absent_vp == PROFILE_ABSENT_UNKNOWN; i++) {
		if (!order->context[i].type)
			return error_set(loader->error, ERROR_INVALID,
					 "%s: has no VMSA for vCPU %" PRIu32
					 ", and what is measured for such a vCPU is not known (%s/vp-absent, see "
					 "'profiles')",
					 order->file->name, i, order->profile->name);
	}
	/* KVM keeps the features for the whole machine; they come with vCPU 0. */
	memcpy(&first, launch_order_context(order, 0), sizeof(first));
	vmsa_reset(&order->reset, &vmm_qemu, VMSA_RESET_VECTOR, cpu_signature, first.sev_features);
	return true;
}

static enum snp_page_type page_type(const struct launch_order *order, const struct igvm_page_data *page)
{
	switch (page->data_type) {
	case IGVM_PAGE_DATA_SECRETS:
		return SNP_PAGE_SECRETS;
	case IGVM_PAGE_DATA_CPUID:
	case IGVM_PAGE_DATA_CPUID_XF:
		return SNP_PAGE_CPUID;
	default:
		if (page->flags & IGVM_PAGE_UNMEASURED)
			return SNP_PAGE_UNMEASURED;
		return page->file_offset ? SNP_PAGE_NORMAL : order->profile->no_data;
	}
}

/* First page of a header that places pages; the result is how many follow. The AMD-SP sees 4 KiB pages, whatever the
 * header says. */
static uint64_t first_page(const struct launch_order *order, const struct igvm_record *record, struct launch_page *out)
{
	if (record->type == IGVM_VHT_PARAMETER_INSERT) {
		struct igvm_parameter_insert insert;

		igvm_record_read(order->file, record, &insert, sizeof(insert));
		*out = (struct launch_page){insert.gpa, NULL, record->offset, SNP_PAGE_UNMEASURED};
		return order->profile->area_one_page
			       ? 0
			       : find_area(order, insert.parameter_area_index)->number_of_bytes / SNP_PAGE_SIZE - 1;
	} else {
		struct igvm_page_data page;

		igvm_record_read(order->file, record, &page, sizeof(page));
		*out = (struct launch_page){page.gpa, igvm_file_data(order->file, page.file_offset), record->offset,
					    page_type(order, &page)};
		return page_data_size(&page) / SNP_PAGE_SIZE - 1;
	}
}

static int by_gpa(const void *left, const void *right, void *context)
{
	const struct launch_order *order = context;
	struct launch_page a, b;

	first_page(order, &order->file->record[*(const uint32_t *)left], &a);
	first_page(order, &order->file->record[*(const uint32_t *)right], &b);
	return a.gpa < b.gpa ? -1 : a.gpa > b.gpa;
}

static void sort(const struct launch_order *order, uint32_t *list)
{
	qsort_r(list, order->count, sizeof(*list), by_gpa, (void *)(uintptr_t)order);
}

bool launch_order_make(const struct igvm_file *file, const struct profile *profile, uint32_t vcpu_count,
		       uint32_t cpu_signature, struct launch_order *out, struct error *error)
{
	struct loader loader = {.order = out, .error = error};

	memset(out, 0, sizeof(*out));
	out->file = file;
	out->profile = profile;
	out->vcpus = vcpu_count;
	out->mask = igvm_file_snp_mask(file);
	if (vcpu_count == 0 || vcpu_count > LAUNCH_VCPU_MAX)
		return error_set(error, ERROR_USAGE, "number of vCPUs must be 1 to %u", LAUNCH_VCPU_MAX);
	if (!out->mask)
		return error_set(error, ERROR_INVALID, "%s: no SEV-SNP platform", file->name);
	out->record = calloc(file->record_count, sizeof(*out->record));
	if (!out->record)
		return error_no_memory(error);
	for (size_t i = 0; i < file->record_count; i++) {
		if (!load(&loader, i))
			return false;
	}
	flush_run(&loader);
	if (profile->by_address)
		sort(out, out->record);
	return vcpus(&loader, cpu_signature);
}

void launch_order_free(struct launch_order *order)
{
	free(order->record);
	order->record = NULL;
	order->count = 0;
}

bool launch_cursor_next(struct launch_cursor *cursor, struct launch_page *page)
{
	const struct launch_order *order = cursor->order;
	const uint32_t *list = cursor->record ? cursor->record : order->record;

	if (cursor->left) {
		cursor->left--;
		cursor->page.gpa += SNP_PAGE_SIZE;
		if (cursor->page.bytes)
			cursor->page.bytes += SNP_PAGE_SIZE;
	} else if (cursor->next < order->count) {
		cursor->left = first_page(order, &order->file->record[list[cursor->next++]], &cursor->page);
	} else {
		return false;
	}
	*page = cursor->page;
	return true;
}

uint32_t *launch_order_by_gpa(const struct launch_order *order)
{
	uint32_t *list = calloc(order->count + 1, sizeof(*list));

	if (!list)
		return NULL;
	memcpy(list, order->record, order->count * sizeof(*list));
	sort(order, list);
	return list;
}

bool launch_order_vmsa(const struct launch_order *order, uint32_t vcpu, struct launch_page *page)
{
	const uint8_t *bytes = launch_order_context(order, vcpu);

	if (!bytes && order->profile->absent_vp == PROFILE_ABSENT_NOT_MEASURED)
		return false;
	*page = (struct launch_page){order->profile->vmsa_gpa, bytes ? bytes : (const uint8_t *)&order->reset,
				     order->context[vcpu].offset, SNP_PAGE_VMSA};
	return true;
}
