/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Evidence for the relying party on COM2: an attestation key bound to the vTPM's EK, a quote, the SVSM's report. */
#ifndef CONFORMANCE_EVIDENCE_H
#define CONFORMANCE_EVIDENCE_H

/* Skips itself, with a line that says so, when nobody asks. Counts as checks when somebody does. */
void evidence_run(void);

#endif
