/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The vtpm service as a process: the keys of a key-template manifest and of selectors, made in the background or when
 * asked for, and what a guest's commands change about them. What a guest could notice: tpm2-tools.sh.
 */
#include "abi/svsm.h"
#include "service_process.h"
#include "svsm/key_templates.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define VTPM_PROGRAM "build/test/vtpm-sanitized"
#define KEYS_FILE "build/keys/conformance.keys"
#define KEY_COUNT 9u
#define RC_SUCCESS 0u
#define RC_BAD_AUTH_SESSION_1 0x9a2u
#define RC_SIZE_PARAMETER_2 0x2d5u

static struct service_process vtpm;
static struct service_packet packet;
static uint8_t module[KEY_TEMPLATES_SIZE_MAX + 64];
static size_t module_size;

static void read_module(void)
{
	int fd = open(KEYS_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t got = read(fd, module, sizeof(module));

	close(fd);
	assert_true(got > 0);
	module_size = (size_t)got;
}

static bool start(void)
{
	if (!service_process_start(&vtpm, VTPM_PROGRAM, SERVICE_FD_KEY_TEMPLATES))
		return false;
	/* An empty message would be end of file as well. */
	if (module_size != 0 && write(vtpm.end[SERVICE_FD_KEY_TEMPLATES], module, module_size) != (ssize_t)module_size)
		return false;
	return shutdown(vtpm.end[SERVICE_FD_KEY_TEMPLATES], SHUT_WR) == 0;
}

static int setup(void **state)
{
	(void)state;
	read_module();
	return start() ? 0 : -1;
}

static int setup_without_module(void **state)
{
	(void)state;
	module_size = 0;
	return start() ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return service_process_stop(&vtpm);
}

static uint32_t ask(uint32_t op, const void *payload, uint32_t size)
{
	packet.header = (struct service_message){.op = op, .size = size};
	memcpy(packet.payload, payload, size);
	assert_true(service_io_send(vtpm.end[SERVICE_FD_REQUEST], &packet));
	assert_true(service_io_receive(vtpm.end[SERVICE_FD_REQUEST], &packet));
	return packet.header.status;
}

static uint32_t ask_manifest(uint32_t version)
{
	return ask(VTPM_OP_MANIFEST, &version, sizeof(version));
}

/* Template number @index of the module */
static const uint8_t *template_of(uint32_t index, uint32_t *size)
{
	struct key_templates_entry entry;
	size_t at = sizeof(struct key_templates_header);

	for (uint32_t i = 0;; i++) {
		memcpy(&entry, module + at, sizeof(entry));
		at += sizeof(entry);
		*size = entry.template_size;
		if (i == index)
			return module + at;
		at += entry.template_size;
	}
}

static uint32_t ask_selected(uint64_t kind, const uint8_t *template, uint32_t size)
{
	uint8_t selector[4096];

	memcpy(selector, &kind, sizeof(kind));
	memcpy(selector + sizeof(kind), template, size);
	return ask(VTPM_OP_SELECT, selector, (uint32_t)sizeof(kind) + size);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Key number @index of the list in the packet */
static const uint8_t *listed(uint32_t index, uint32_t *size)
{
	const uint8_t *at = packet.payload + 8;

	for (;; at += 2 + *size) {
		*size = (uint32_t)at[0] << 8 | at[1];
		if (index-- == 0)
			return at + 2;
	}
}

static void assert_list_is_whole(void)
{
	uint32_t size;
	const uint8_t *last;

	assert_int_equal(be32(packet.payload), 1);
	assert_int_equal(be32(packet.payload + 4), KEY_COUNT);
	last = listed(KEY_COUNT - 1, &size);
	assert_true(last + size == packet.payload + packet.header.size);
}

/* The service's log up to a line with @word */
static void read_log(FILE *log, char *text, size_t size, const char *word)
{
	size_t used = 0;

	text[0] = 0;
	while (!strstr(text, word) && used + 1 < size && fgets(text + used, (int)(size - used), log))
		used += strlen(text + used);
}

/* Nobody asks for anything: the keys come one after the other, in the order of the manifest. */
static void background(void **state)
{
	static const char *const order[] = {
		"key L-1 made", "TPM 2.0 ready", "key L-2 made", "key H-1 made",	  "key H-2 made",
		"key H-3 made", "key H-4 made",	 "key H-6 made", "key signing-p256 made", "key signing-rsa2048 made"};
	char text[4096];
	const char *at = text;
	int ends[2], out = dup(STDOUT_FILENO);
	FILE *log;

	(void)state;
	read_module();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	close(ends[1]);
	assert_true(start());
	assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	close(out);
	log = fdopen(ends[0], "r");
	assert_non_null(log);
	read_log(log, text, sizeof(text), "signing-rsa2048");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		at = strstr(at, order[i]);
		assert_non_null(at);
	}
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	assert_list_is_whole();
	assert_int_equal(teardown(NULL), 0);
	(void)fclose(log);
}

static void three_forms(void **state)
{
	static struct service_packet list;
	const uint8_t *template, *key;
	uint32_t template_size, size;

	(void)state;
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	assert_list_is_whole();
	list = packet;
	for (uint32_t i = 0; i < KEY_COUNT; i++) {
		template = template_of(i, &template_size);
		assert_int_equal(ask_selected(SVSM_VTPM_SELECTOR_TEMPLATE, template, template_size), SERVICE_OK);
		{
			const struct service_packet selected = packet;

			packet = list;
			key = listed(i, &size);
			assert_int_equal(selected.header.size, size);
			assert_memory_equal(selected.payload, key, size);
		}
	}
	key = listed(0, &size);
	memcpy(list.payload, key, size);
	assert_int_equal(ask_manifest(0), SERVICE_OK);
	assert_int_equal(packet.header.size, size);
	assert_memory_equal(packet.payload, list.payload, size);
	assert_int_equal(ask_manifest(2), SERVICE_UNKNOWN_VERSION);
	assert_int_equal(ask_manifest(UINT32_MAX), SERVICE_UNKNOWN_VERSION);
	assert_int_equal(ask(VTPM_OP_MANIFEST, "12345", 5), SERVICE_MALFORMED);
	assert_int_equal(ask(VTPM_OP_MANIFEST, "", 0), SERVICE_MALFORMED);
}

static void without_module(void **state)
{
	uint8_t first[1024];
	uint32_t size;

	(void)state;
	assert_int_equal(ask_manifest(0), SERVICE_OK);
	size = packet.header.size;
	memcpy(first, packet.payload, size);
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	assert_int_equal(be32(packet.payload + 4), 1);
	assert_int_equal(packet.header.size, 8 + 2 + size);
	assert_memory_equal(packet.payload + 10, first, size);
}

static void bad_selectors(void **state)
{
	uint32_t size, code;
	const uint8_t *template = template_of(3, &size); /* H-2 */
	uint8_t wrong[1200];

	(void)state;
	for (uint32_t length = 0; length <= 8; length++)
		assert_int_equal(ask(VTPM_OP_SELECT, "\1\0\0\0\0\0\0\0", length), SERVICE_BAD_SELECTOR);
	assert_int_equal(ask_selected(0, template, size), SERVICE_BAD_SELECTOR);
	assert_int_equal(ask_selected(2, template, size), SERVICE_BAD_SELECTOR);
	assert_int_equal(ask_selected(1ull << 32 | 1, template, size), SERVICE_BAD_SELECTOR);
	memset(wrong, 0, sizeof(wrong));
	assert_int_equal(ask_selected(1, wrong, KEY_TEMPLATE_SIZE_MAX + 1), SERVICE_BAD_SELECTOR);
	memcpy(wrong, template, size);
	assert_int_equal(ask_selected(1, wrong, size + 1), SERVICE_TPM_REFUSED);
	assert_int_equal(packet.header.size, sizeof(code));
	memcpy(&code, packet.payload, sizeof(code));
	assert_int_equal(code, RC_SIZE_PARAMETER_2);
	for (uint32_t length = 1; length < size; length++)
		assert_int_equal(ask_selected(1, template, length), SERVICE_TPM_REFUSED);
	assert_int_equal(ask_selected(1, template, size), SERVICE_OK);
	assert_int_equal(ask(99, template, size), SERVICE_MALFORMED);
}

/* A listed key that this TPM cannot make: the list is refused, never a shorter one given. All else goes on. */
static void refused_key_in_list(void **state)
{
	struct key_templates_header *header = (struct key_templates_header *)module;
	uint32_t size;
	const uint8_t *last;

	(void)state;
	read_module();
	last = template_of(header->count - 1, &size);
	module[last - module] = 0x77; /* no such type */
	assert_true(start());
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask_manifest(1), SERVICE_INTERNAL);
		assert_int_equal(packet.header.size, 0);
	}
	assert_int_equal(ask_manifest(0), SERVICE_OK);
	last = template_of(3, &size);
	assert_int_equal(ask_selected(1, last, size), SERVICE_OK);
	assert_int_equal(service_process_stop(&vtpm), 0);
}

static void message_header(void **state)
{
	const uint32_t version = 0;

	(void)state;
	assert_true(service_process_refuses_headers(&vtpm, VTPM_OP_MANIFEST, &version, sizeof(version)));
	/* larger than one page of the protocol carries */
	memset(packet.payload, 0, sizeof(packet.payload));
	packet.header = (struct service_message){.op = VTPM_OP_COMMAND, .size = 4088};
	assert_true(service_io_send(vtpm.end[SERVICE_FD_REQUEST], &packet));
	assert_true(service_io_receive(vtpm.end[SERVICE_FD_REQUEST], &packet));
	assert_int_equal(packet.header.status, SERVICE_MALFORMED);
	assert_int_equal(ask_manifest(0), SERVICE_OK);
}

static uint32_t tpm(const uint8_t *command, uint32_t size)
{
	assert_int_equal(ask(VTPM_OP_COMMAND, command, size), SERVICE_OK);
	assert_true(packet.header.size >= 10);
	return be32(packet.payload + 6);
}

/* TPM2_Startup(CLEAR), TPM2_ChangeEPS, TPM2_Clear; TPM2_HierarchyChangeAuth and TPM2_HierarchyControl(CLEAR), both of
 * the endorsement hierarchy */
static const uint8_t startup[] = {0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0};
static const uint8_t change_eps[] = {0x80, 2, 0, 0, 0,	  27, 0, 0, 1, 0x24, 0x40, 0, 0, 0x0c,
				     0,	   0, 0, 9, 0x40, 0,  0, 9, 0, 0,    0,	   0, 0};
static const uint8_t clear[] = {0x80, 2, 0, 0, 0,    27, 0, 0, 1, 0x26, 0x40, 0, 0, 0x0c,
				0,    0, 0, 9, 0x40, 0,	 0, 9, 0, 0,	0,    0, 0};
static const uint8_t set_password[] = {0x80, 2, 0, 0,	 0, 30, 0, 0, 1, 0x29, 0x40, 0, 0, 0x0b, 0,
				       0,    0, 9, 0x40, 0, 0,	9, 0, 0, 0,    0,    0, 0, 1,	 'x'};
static const uint8_t disable[] = {0x80, 2, 0,	 0, 0, 32, 0, 0, 1, 0x21, 0x40, 0,    0, 0x0c, 0,    0,
				  0,	9, 0x40, 0, 0, 9,  0, 0, 0, 0,	  0,	0x40, 0, 0,    0x0b, 0};

/* The default key now and the key of H-2 by a selector, compared with those before */
struct keys {
	uint32_t default_size, selected_size, selected_status;
	uint8_t standard[512], selected[512];
};

static void take_keys(struct keys *keys)
{
	uint32_t size;
	const uint8_t *template = template_of(3, &size);

	memset(keys, 0, sizeof(*keys));
	assert_int_equal(ask_manifest(0), SERVICE_OK);
	keys->default_size = packet.header.size;
	memcpy(keys->standard, packet.payload, keys->default_size);
	keys->selected_status = ask_selected(1, template, size);
	keys->selected_size = packet.header.size;
	memcpy(keys->selected, packet.payload, keys->selected_size);
}

static void new_seed(void **state)
{
	struct keys before, after, again;
	static struct service_packet list;

	(void)state;
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	list = packet;
	take_keys(&before);
	assert_int_equal(tpm(startup, sizeof(startup)), RC_SUCCESS);
	assert_int_equal(tpm(change_eps, sizeof(change_eps)), RC_SUCCESS);
	take_keys(&after);
	assert_int_equal(after.selected_status, SERVICE_OK);
	assert_memory_not_equal(before.standard, after.standard, before.default_size);
	assert_memory_not_equal(before.selected, after.selected, before.selected_size);
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	assert_list_is_whole();
	assert_memory_not_equal(packet.payload, list.payload, list.header.size);
	take_keys(&again);
	assert_memory_equal(&after, &again, sizeof(again));
}

/* A guest that closes its endorsement hierarchy gets what its own command would: no key. The list stays. */
static void closed_hierarchy(void **state)
{
	struct keys before, after;
	uint32_t code;

	(void)state;
	assert_int_equal(tpm(startup, sizeof(startup)), RC_SUCCESS);
	take_keys(&before);
	assert_int_equal(before.selected_status, SERVICE_OK);
	assert_int_equal(tpm(set_password, sizeof(set_password)), RC_SUCCESS);
	take_keys(&after);
	assert_memory_equal(after.standard, before.standard, before.default_size);
	assert_int_equal(after.selected_status, SERVICE_TPM_REFUSED);
	memcpy(&code, after.selected, sizeof(code));
	assert_int_equal(code, RC_BAD_AUTH_SESSION_1);
	assert_int_equal(ask_manifest(1), SERVICE_OK);
	assert_list_is_whole();
	/* TPM2_Clear takes the password away and leaves the seed. */
	assert_int_equal(tpm(clear, sizeof(clear)), RC_SUCCESS);
	take_keys(&after);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(tpm(disable, sizeof(disable)), RC_SUCCESS);
	take_keys(&after);
	assert_int_equal(after.selected_status, SERVICE_TPM_REFUSED);
	assert_memory_equal(after.standard, before.standard, before.default_size);
}

/* A module that is not what the tools write: the service does not start, whatever is wrong. */
static void malformed_module(void **state)
{
	struct key_templates_header *header = (struct key_templates_header *)module;
	struct key_templates_entry *entry = (struct key_templates_entry *)(module + sizeof(*header));
	int cases = 0;

	(void)state;
#define REFUSED(change)                                                                                                \
	do {                                                                                                           \
		read_module();                                                                                         \
		change;                                                                                                \
		assert_true(start());                                                                                  \
		assert_int_equal(service_process_stop(&vtpm), 1);                                                      \
		cases++;                                                                                               \
	} while (0)
	REFUSED(header->magic ^= 1);
	REFUSED(header->version = 2);
	REFUSED(header->count = 0);
	REFUSED(header->count = KEY_TEMPLATES_MAX + 1);
	REFUSED(header->count--);
	REFUSED(header->count++);
	REFUSED(header->size++);
	REFUSED(header->reserved = 1);
	REFUSED(entry->name[0] = 0);
	REFUSED(entry->name[0] = '/');
	REFUSED(entry->name[31] = 'x');
	REFUSED(memset(entry->name, 'x', sizeof(entry->name) + 4));
	REFUSED(entry->reserved = 1);
	REFUSED(entry->template_size = 0);
	REFUSED(entry->template_size++);
	REFUSED(entry->template_size = UINT32_MAX);
	REFUSED(module[sizeof(*header) + sizeof(*entry)] ^= 1); /* the first key is not the default one */
	REFUSED((module_size = 1));
	REFUSED((module_size = sizeof(*header)));
	REFUSED((module_size--, header->size--));
	REFUSED((module[module_size++] = 0, header->size++));
#undef REFUSED
	assert_int_equal(cases, 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(background),
		cmocka_unit_test_setup_teardown(three_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(without_module, setup_without_module, teardown),
		cmocka_unit_test_setup_teardown(bad_selectors, setup, teardown),
		cmocka_unit_test(refused_key_in_list),
		cmocka_unit_test_setup_teardown(message_header, setup_without_module, teardown),
		cmocka_unit_test_setup_teardown(new_seed, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_hierarchy, setup, teardown),
		cmocka_unit_test(malformed_module),
	};

	return cmocka_run_group_tests_name("vtpm service", tests, NULL, NULL);
}
