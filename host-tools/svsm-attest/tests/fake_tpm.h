/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One swtpm for a test program, in a folder of its own. */
#ifndef SVSM_ATTEST_TESTS_FAKE_TPM_H
#define SVSM_ATTEST_TESTS_FAKE_TPM_H

/* As cmocka's setup and teardown: not 0 on failure */
int fake_tpm_start(void **unused);
int fake_tpm_stop(void **unused);
/* How tpm2-tss reaches it */
const char *fake_tpm_tcti(void);

#endif
