/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "inspect_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LINE_WIDTH 112

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* Numbers stand in the JSON as "0x..."; the text says that all are hexadecimal. */
static const char *bare(const char *text)
{
	return strncmp(text, "0x", 2) == 0 ? text + 2 : text;
}

static const char *number(const json_t *object, const char *key)
{
	return bare(string(object, key));
}

static long long integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static void print_value(const json_t *value)
{
	if (json_is_string(value))
		fputs(bare(json_string_value(value)), stdout);
	else if (json_is_integer(value))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "none", stdout);
}

/* "key value, key value" of the scalars; what stands in lines of its own follows elsewhere. */
static void print_scalars(const json_t *object)
{
	const char *comma = "", *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		if (json_is_object(value) || json_is_array(value) || strcmp(key, "header") == 0 ||
		    strcmp(key, "offset") == 0)
			continue;
		printf("%s", comma);
		for (const char *c = key; *c; c++)
			putchar(*c == '_' ? ' ' : *c);
		putchar(' ');
		print_value(value);
		comma = ", ";
	}
	putchar('\n');
}

static void print_pages(const json_t *header)
{
	printf("%9s - %-9s %6lld page%s %-8s %-9s %s%s%s\n", number(header, "gpa"), number(header, "end"),
	       integer(header, "pages"), integer(header, "pages") == 1 ? " " : "s", string(header, "data_type"),
	       is_true(header, "measured") ? "measured" : "unmeasured",
	       is_true(header, "data")				    ? ""
	       : strcmp(string(header, "data_type"), "normal") == 0 ? "zeros  "
								    : "filled at launch  ",
	       is_true(header, "shared") ? "shared  " : "", string(header, "holds"));
	if (strcmp(number(header, "mask"), "1") != 0)
		printf("%*smask %s\n", 10, "", number(header, "mask"));
}

static void print_names(const json_t *names, const char *before)
{
	const json_t *name;
	size_t index;

	json_array_foreach((json_t *)(uintptr_t)names, index, name)
	{
		printf("%s%s", before, json_string_value(name));
		before = ", ";
	}
	puts("");
}

static void print_policy(const json_t *header)
{
	printf("%s: ABI %lld.%lld or later", number(header, "policy"), integer(header, "abi_major"),
	       integer(header, "abi_minor"));
	print_names(json_object_get(header, "bits"), ", ");
}

static void print_headers(const json_t *headers, long long not_listed)
{
	const json_t *header;
	size_t index;

	puts("\nheaders, by offset in the file");
	json_array_foreach((json_t *)(uintptr_t)headers, index, header)
	{
		const char *name = string(header, "header");

		printf("  %6llx  %-19s ", (unsigned long long)integer(header, "offset"), name);
		if (strcmp(name, "PAGE_DATA") == 0)
			print_pages(header);
		else if (strcmp(name, "GUEST_POLICY") == 0)
			print_policy(header);
		else
			print_scalars(header);
	}
	if (not_listed)
		printf("  and %lld more\n", not_listed);
}

/* Fields that are zero are left out: most are. */
static void print_registers(const json_t *vmsa)
{
	const char *key;
	int column = 0;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)vmsa, key, value)
	{
		const char *text = bare(json_string_value(value) ? json_string_value(value) : "");
		int width = (int)(strlen(key) + strlen(text)) + 3;

		if (strcmp(text, "0") == 0 || strncmp(text, "selector", 8) == 0)
			continue;
		if (column == 0 || column + width > LINE_WIDTH) {
			fputs(column ? "\n" : "", stdout);
			column = 0;
		}
		printf("  %s %s", key, text);
		column += width;
	}
	puts("");
}

static void print_segments(const json_t *vmsa)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)vmsa, key, value)
	{
		const char *text = json_string_value(value);
		unsigned int selector, attributes, limit;
		unsigned long long base;

		if (text &&
		    sscanf(text, "selector %x attributes %x limit %x base %llx", &selector, &attributes, &limit,
			   &base) == 4 &&
		    (selector || attributes || limit || base))
			printf("  %-5s selector %-5x attributes %-5x limit %-9x base %llx\n", key, selector, attributes,
			       limit, base);
	}
}

static void print_cpuid(const json_t *entries)
{
	const json_t *entry;
	size_t index;

	puts("  leaf     subleaf  xcr0     xss      eax      ebx      ecx      edx");
	json_array_foreach((json_t *)(uintptr_t)entries, index, entry)
		printf("  %-8s %-8s %-8s %-8s %-8s %-8s %-8s %s\n", number(entry, "eax_in"), number(entry, "ecx_in"),
		       number(entry, "xcr0_in"), number(entry, "xss_in"), number(entry, "eax"), number(entry, "ebx"),
		       number(entry, "ecx"), number(entry, "edx"));
}

static void print_details(const json_t *headers)
{
	const json_t *header;
	size_t index;

	json_array_foreach((json_t *)(uintptr_t)headers, index, header)
	{
		const json_t *vmsa = json_object_get(header, "vmsa"), *cpuid = json_object_get(header, "cpuid");

		if (vmsa) {
			printf("\nregisters of vCPU %lld at the start, those that are not zero\n",
			       integer(header, "vp_index"));
			print_segments(vmsa);
			print_registers(vmsa);
			print_names(json_object_get(header, "sev_features"), "  SEV features: ");
		}
		if (cpuid) {
			printf("\nCPUID page at %s\n", number(header, "gpa"));
			print_cpuid(cpuid);
		}
	}
}

static void print_boot_info(const json_t *info)
{
	const json_t *guest = json_object_get(info, "guest"), *item;
	size_t index;

	fputs("\nboot info\n  ", stdout);
	print_scalars(info);
	json_array_foreach(json_object_get(info, "options"), index, item)
		printf("  option  %s\n", json_string_value(item));
	json_array_foreach(json_object_get(info, "modules"), index, item) printf(
		"  module  %-14s %lld bytes at %s\n", string(item, "kind"), integer(item, "size"), number(item, "gpa"));
	if (!json_is_object(guest))
		return;
	fputs("  guest   ", stdout);
	print_scalars(guest);
	json_array_foreach(json_object_get(guest, "ranges"), index, item)
		printf("  guest memory in the image  %s - %s\n", number(item, "gpa"), number(item, "end"));
}

void inspect_text_print(const char *name, const json_t *summary)
{
	printf("%s: IGVM version %lld, %lld bytes, checksum %s. Numbers are hexadecimal but for counts and sizes.\n",
	       name, integer(summary, "igvm_version"), integer(summary, "file_size"), number(summary, "checksum"));
	print_headers(json_object_get(summary, "headers"), integer(summary, "not_listed"));
	print_details(json_object_get(summary, "headers"));
	if (json_is_object(json_object_get(summary, "boot_info")))
		print_boot_info(json_object_get(summary, "boot_info"));
}
