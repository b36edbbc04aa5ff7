/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the host tells at the end of a run that the guest ends. */
#ifndef SIM_SUMMARY_H
#define SIM_SUMMARY_H

void summary_print(void);

#endif
