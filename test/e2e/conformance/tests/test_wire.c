/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The parts of the conformance guest that need no machine: text and TPM formats. */
#include "../base64.h"
#include "../hex.h"
#include "../json.h"
#include "../tpm_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648, section 10 */
static void base64_vectors(void **state)
{
	static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
	static const char *const coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	const uint8_t high[] = {0xfb, 0xff, 0xbf};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		size_t size = strlen(plain[i]), length = strlen(coded[i]);

		memset(out, '#', sizeof(out));
		assert_int_equal(BASE64_LENGTH(size), length);
		assert_int_equal(base64_encode(out, length, (const uint8_t *)plain[i], size), length);
		assert_memory_equal(out, coded[i], length);
		assert_int_equal(out[length], '#');
		if (length != 0)
			assert_int_equal(base64_encode(out, length - 1, (const uint8_t *)plain[i], size), 0);
	}
	assert_int_equal(base64_encode(out, sizeof(out), high, sizeof(high)), 4);
	assert_memory_equal(out, "+/+/", 4);
}

static struct hex_line line_of(const char *text)
{
	return (struct hex_line){text, text + strlen(text)};
}

static void hex_lines(void **state)
{
	struct hex_line line = line_of("credential 00ff 1a");
	uint8_t first[2], second[4];
	size_t first_size, second_size;
	char text[4];

	(void)state;
	assert_false(hex_take_word(&line, "nonce"));
	assert_true(hex_take_word(&line, "credential"));
	assert_true(hex_take_field(&line, first, sizeof(first), &first_size));
	assert_int_equal(first_size, 2);
	assert_memory_equal(first, "\x00\xff", 2);
	assert_false(hex_at_end(&line));
	assert_true(hex_take_field(&line, second, sizeof(second), &second_size));
	assert_int_equal(second_size, 1);
	assert_int_equal(second[0], 0x1a);
	assert_true(hex_at_end(&line));
	assert_false(hex_take_field(&line, second, sizeof(second), &second_size));
	hex_encode(text, first, 2);
	assert_memory_equal(text, "00ff", 4);
}

static void hex_lines_refused(void **state)
{
	static const char *const bad[] = {"n",	   "n ",       "n  00",	 "n 0",	  "n 0g", "n 00 ", "n AA",
					  "n00ff", "n 000000", "n 00\r", "nn 00", "",	  " n 00", "n 00  00"};
	uint8_t out[2];
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hex_line line = line_of(bad[i]);

		assert_false(hex_take_word(&line, "n") && hex_take_field(&line, out, sizeof(out), &size) &&
			     hex_at_end(&line));
	}
}

static void write_sample(struct json *json)
{
	json_open(json, NULL, '{');
	json_string(json, "a", "x y");
	json_open(json, "list", '[');
	json_base64(json, NULL, (const uint8_t *)"foo", 3);
	json_number(json, NULL, 0);
	json_number(json, NULL, UINT32_MAX);
	json_open(json, NULL, '{');
	json_close(json, '}');
	json_close(json, ']');
	json_null(json, "n");
	json_base64(json, "empty", NULL, 0);
	json_close(json, '}');
}

static void json_text(void **state)
{
	static const char expected[] = "{\"a\":\"x y\",\"list\":[\"Zm9v\",0,4294967295,{}],\"n\":null,\"empty\":\"\"}";
	char out[sizeof(expected) - 1];
	struct json json = {.out = out, .capacity = sizeof(out)};

	(void)state;
	write_sample(&json);
	assert_false(json.failed);
	assert_int_equal(json.size, sizeof(out));
	assert_memory_equal(out, expected, sizeof(out));
	/* No shorter buffer will do, and none is overrun: the address sanitizer watches */
	for (size_t capacity = 0; capacity < sizeof(out); capacity++) {
		char small[sizeof(expected)];

		memset(small, '#', sizeof(small));
		json = (struct json){.out = small, .capacity = capacity};
		write_sample(&json);
		assert_true(json.failed);
		assert_true(json.size <= capacity);
		assert_int_equal(small[capacity], '#');
	}
}

static void json_refuses(void **state)
{
	static const char *const bad[] = {"\"", "\\", "\n", "\x7f", "\xc3\xa4"};
	char out[32];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct json json = {.out = out, .capacity = sizeof(out)};

		json_string(&json, NULL, bad[i]);
		assert_true(json.failed);
	}
}

static bool write_command(struct tpm_writer *writer, uint8_t *out, size_t capacity)
{
	size_t place;

	tpm_command(writer, out, capacity, TPM_ST_NO_SESSIONS, 0x144);
	place = tpm_open(writer, 4);
	tpm_put(writer, 1, 0xaa);
	tpm_close(writer, place, 4);
	tpm_put_2b(writer, (const uint8_t *)"\x07\x08", 2);
	place = tpm_open(writer, 2);
	tpm_close(writer, place, 2);
	return tpm_command_end(writer);
}

static void tpm_commands(void **state)
{
	static const uint8_t expected[] = {0x80, 0x01, 0, 0,	0, 21, 0, 0, 0x01, 0x44, 0,
					   0,	 0,    1, 0xaa, 0, 2,  7, 8, 0,	   0};
	static const uint8_t long_data[UINT16_MAX + 1];
	static uint8_t long_out[2 * sizeof(long_data)];
	struct tpm_writer writer;
	uint8_t out[sizeof(expected) + 1];
	size_t place;

	(void)state;
	for (size_t capacity = 0; capacity < sizeof(out); capacity++) {
		memset(out, '#', sizeof(out));
		assert_int_equal(write_command(&writer, out, capacity), capacity >= sizeof(expected));
		assert_int_equal(out[capacity], '#');
	}
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(out, expected, sizeof(expected));
	/* More than a sized buffer can say */
	tpm_command(&writer, long_out, sizeof(long_out), TPM_ST_NO_SESSIONS, 0x144);
	tpm_put_2b(&writer, long_data, sizeof(long_data));
	assert_false(tpm_command_end(&writer));
	tpm_command(&writer, long_out, sizeof(long_out), TPM_ST_NO_SESSIONS, 0x144);
	place = tpm_open(&writer, 2);
	tpm_put_bytes(&writer, long_data, sizeof(long_data));
	tpm_close(&writer, place, 2);
	assert_false(tpm_command_end(&writer));
}

static void tpm_responses(void **state)
{
	static const uint8_t good[] = {0x80, 0x01, 0, 0, 0, 14, 0, 0, 0, 0, 0, 2, 0x55, 0x66};
	static const uint8_t error[] = {0x80, 0x01, 0, 0, 0, 10, 0, 0, 1, 0};
	uint8_t copy[sizeof(good)];
	struct tpm_reader reader, inner;
	uint32_t code;

	(void)state;
	assert_true(tpm_response(&reader, good, sizeof(good), TPM_ST_NO_SESSIONS, &code));
	assert_int_equal(code, 0);
	inner = tpm_get_2b(&reader);
	assert_int_equal(inner.left, 2);
	assert_int_equal(tpm_get(&inner, 2), 0x5566);
	assert_false(inner.failed || reader.failed);
	assert_int_equal(tpm_get(&inner, 1), 0);
	assert_true(inner.failed);
	assert_true(tpm_response(&reader, error, sizeof(error), TPM_ST_SESSIONS, &code));
	assert_int_equal(code, 0x100);
	/* Wrong tag, wrong size, cut short */
	assert_false(tpm_response(&reader, good, sizeof(good), TPM_ST_SESSIONS, &code));
	for (size_t size = 0; size < sizeof(good); size++)
		assert_false(tpm_response(&reader, good, size, TPM_ST_NO_SESSIONS, &code));
	memcpy(copy, good, sizeof(copy));
	copy[11] = 3;
	assert_true(tpm_response(&reader, copy, sizeof(copy), TPM_ST_NO_SESSIONS, &code));
	inner = tpm_get_2b(&reader);
	assert_true(inner.failed && reader.failed);
	assert_null(tpm_get_bytes(&inner, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_vectors), cmocka_unit_test(hex_lines),	  cmocka_unit_test(hex_lines_refused),
		cmocka_unit_test(json_text),	  cmocka_unit_test(json_refuses), cmocka_unit_test(tpm_commands),
		cmocka_unit_test(tpm_responses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
