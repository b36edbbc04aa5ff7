/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

int main(void)
{
	int failed;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	failed = test_parse_run() + test_chain_run() + test_policy_run() + test_report_fields_run() +
		 test_policy_file_run() + test_tpm_run() + test_event_log_run() + test_state_run() +
		 test_secrets_run() + test_kds_run() + test_cache_run() + test_vectors_run() + test_expectation_run() +
		 test_manifest_run() + test_reference_run() + test_loose_files_run() + fixture_run_coverage();
	fixture_end();
	curl_global_cleanup();
	return failed ? 1 : 0;
}
