/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* launch.json: what the AMD-SP measured, for scripts that compare it with what was predicted. */
#ifndef AMD_SP_LAUNCH_SUMMARY_H
#define AMD_SP_LAUNCH_SUMMARY_H

#include "sp_error.h"
#include "sp_guest.h"

/*
 * {"digest":hex,"policy":"0x..","pages":N,"guest_svn":N,"family_id":hex,"image_id":hex,"host_data":hex,
 * "id_key_digest":hex|null,"author_key_digest":hex|null,"report_id":hex}
 */
bool launch_summary_write(const struct sp_guest *guest, const char *dir) MUST_CHECK;

#endif
