/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "evidence.h"
#include "tests.h"

#include <string.h>

static bool su(struct evidence *evidence, const char *text, struct error *error)
{
	return su_parse(evidence, "a.su", text, strlen(text), error);
}

static bool ci(struct evidence *evidence, const char *text, struct error *error)
{
	return ci_parse(evidence, "a.ci", arena_string(evidence->arena, text, strlen(text)), strlen(text), error);
}

static void done(struct evidence *evidence)
{
	evidence_free(evidence);
	arena_free(evidence->arena);
}

static void su_rows(void **state)
{
	static const char text[] = "a.c:3:38:helper\t48\tstatic\n"
				   "src/a.c:10:31:vla\t16\tdynamic\n"
				   "a.c:4:1:pushes\t96\tdynamic,bounded\n"
				   "C:/x/b.c:7:leaf\t0\tstatic\n"
				   "a.cc:5:6:void ns::f(int)\t_ZN2ns1fEi\t32\tstatic\n"
				   "a.c:5:6:g\t24\tstatic\t_g\r\n"
				   "\n"
				   "/tmp/x.ltrans0.ltrans.o:1:2:h.constprop.0\t40\tstatic";
	struct arena arena = {.blocks = NULL};
	struct evidence evidence = {.arena = &arena};
	struct error error;
	const struct usage *row;

	(void)state;
	assert_true(su(&evidence, text, &error));
	assert_int_equal(evidence.usage_count, 7);
	row = evidence_usage(&evidence, "helper");
	assert_non_null(row);
	assert_int_equal(row->bytes, 48);
	assert_string_equal(row->file, "a.c");
	assert_int_equal(row->line, 3);
	assert_int_equal(evidence_usage(&evidence, "vla")->kind, USAGE_DYNAMIC);
	assert_int_equal(evidence_usage(&evidence, "pushes")->kind, USAGE_BOUNDED);
	row = evidence_usage(&evidence, "leaf");
	assert_true(row->clang);
	assert_int_equal(row->bytes, 8); /* with the return address that clang leaves out */
	assert_int_equal(evidence_usage(&evidence, "void ns::f(int)")->bytes, 32);
	assert_int_equal(evidence_usage(&evidence, "g")->bytes, 24);
	assert_int_equal(evidence_usage(&evidence, "h.constprop.0")->bytes, 40);
	assert_null(evidence_usage(&evidence, "h"));
	done(&evidence);
}

static void su_same_name(void **state)
{
	struct arena arena = {.blocks = NULL};
	struct evidence evidence = {.arena = &arena};
	struct error error;
	const struct usage *row;

	(void)state;
	assert_true(su(&evidence, "a.c:1:1:f\t16\tstatic\nb.c:1:1:f\t700\tstatic\n", &error));
	row = evidence_usage(&evidence, "f");
	assert_int_equal(row->bytes + evidence_next(&evidence, row)->bytes, 716);
	assert_null(evidence_next(&evidence, evidence_next(&evidence, row)));
	done(&evidence);
}

static void su_refused(void **state)
{
	static const char *const texts[] = {
		"a.c:1:1:f\t16\n",	   "a.c:1:1:f\t16\twild\n",  "a.c:1:1:f\t-16\tstatic\n",
		"a.c:1:1:f\tx\tstatic\n",  "nothing\t16\tstatic\n",  ":1:1:f\t16\tstatic\n",
		"a.c:x:y:f\t16\tstatic\n", "a.c:1:1:\t16\tstatic\n", "a.c:1:1:f\t99999999999999999999\tstatic\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena = {.blocks = NULL};
		struct evidence evidence = {.arena = &arena};
		char text[200] = "a.c:1:1:g\t16\tstatic\n";
		struct error error;

		strcat(text, texts[i]);
		if (su(&evidence, text, &error))
			fail_msg("accepted: %s", texts[i]);
		assert_memory_equal(error.text, "a.su:2: ", 8);
		done(&evidence);
	}
}

static const char graph[] =
	"graph: { title: \"a.c\"\n"
	"node: { title: \"a.c:helper\" label: \"helper\\na.c:3:38\\n8 bytes (static)\\n0 dynamic objects\" }\n"
	"node: { title: \"vla\" label: \"vla\\na.c:10:31\\n16 bytes (dynamic)\\n1 dynamic objects\\n b a.c:10:56\" }\n"
	"node: { title: \"other\" label: \"other\\na.c:4:12\" shape : ellipse }\n"
	"edge: { sourcename: \"vla\" targetname: \"other\" label: \"a.c:10:77\" }\n"
	"node: { title: \"__indirect_call\" label: \"Indirect Call Placeholder\" shape : ellipse }\n"
	"edge: { sourcename: \"vla\" targetname: \"__indirect_call\" label: \"a.c:15:51\" }\n"
	"edge: { sourcename: \"vla\" targetname: \"memcpy\" }\n"
	"node: { title: \"/tmp/ccXYZ.ltrans0.o:deep\" label: \"deep\\na.c:9:1\\n64 bytes (dynamic,bounded)\\n0 dynamic "
	"objects\" }\n"
	"}\n";

static void ci_graph(void **state)
{
	struct arena arena = {.blocks = NULL};
	struct evidence evidence = {.arena = &arena};
	struct error error;

	(void)state;
	assert_true(ci(&evidence, graph, &error));
	assert_int_equal(evidence.node_count, 5);
	assert_int_equal(evidence.edge_count, 3);
	assert_true(evidence.nodes[0].local);
	assert_string_equal(evidence.nodes[0].function, "helper");
	assert_string_equal(evidence.nodes[0].file, "a.c");
	assert_int_equal(evidence.nodes[0].bytes, 8);
	assert_false(evidence.nodes[0].vla);
	assert_true(evidence.nodes[1].vla);
	assert_false(evidence.nodes[2].defined);
	assert_string_equal(evidence.edges[1].to, CI_INDIRECT);
	assert_string_equal(evidence.edges[1].location, "a.c:15:51");
	assert_null(evidence.edges[2].location);
	/* The temporary file of link-time optimization, another in each build, is gone. */
	assert_string_equal(evidence.nodes[4].title, "deep");
	assert_int_equal(evidence.nodes[4].kind, USAGE_BOUNDED);
	done(&evidence);
}

static void ci_refused(void **state)
{
	static const char *const texts[] = {
		"node: { title: \"f\" label: \"f\" }\n",
		"graph: { title: \"a\"\nnode: { title: \"f\" }\n}\n",
		"graph: { title: \"a\"\nnode: { title: \"f\" label: \"f\\na.c:1:1\\nmany bytes (static)\" }\n}\n",
		"graph: { title: \"a\"\nnode: { title: \"f label: \n}\n",
		"graph: { title: \"a\"\nedge: { sourcename: \"f\" }\n}\n",
		"graph: { title: \"a\"\nthing: { }\n}\n",
		"graph: { title: \"a\"\nnode { }\n}\n",
		"graph: { title: \"a\"\nnode: { title \"f\" }\n}\n",
		"}\n",
		"graph: { title: \"a\"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena arena = {.blocks = NULL};
		struct evidence evidence = {.arena = &arena};
		struct error error;

		if (ci(&evidence, texts[i], &error))
			fail_msg("accepted: %s", texts[i]);
		assert_memory_equal(error.text, "a.ci:", 5);
		done(&evidence);
	}
}

int test_evidence(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(su_rows),  cmocka_unit_test(su_same_name), cmocka_unit_test(su_refused),
		cmocka_unit_test(ci_graph), cmocka_unit_test(ci_refused),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
