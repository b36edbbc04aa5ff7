/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "secrets.h"

#include "freestanding_string.h"
#include "svsm/boot_info.h"

#define SVSM_VERSION 1u

static struct snp_secrets *loaded;
static uint8_t vmpck0[SNP_VMPCK_SIZE];
static bool vmpck0_present;

void secrets_init(struct snp_secrets *page)
{
	loaded = page;
	memcpy(vmpck0, page->vmpck[0], sizeof(vmpck0));
	string_cleanse(page->vmpck[0], sizeof(page->vmpck[0]));
	string_cleanse(page->vmpck[1], sizeof(page->vmpck[1]));
	vmpck0_present = true;
}

bool secrets_take_vmpck0(uint8_t key[SNP_VMPCK_SIZE])
{
	if (!vmpck0_present)
		return false;
	memcpy(key, vmpck0, sizeof(vmpck0));
	string_cleanse(vmpck0, sizeof(vmpck0));
	vmpck0_present = false;
	return true;
}

void secrets_for_guest(struct snp_secrets *guest, unsigned int vmpl, struct gpa calling_area)
{
	memcpy(guest, loaded, sizeof(*guest));
	guest->svsm_base = FW_BASE;
	guest->svsm_size = FW_SIZE;
	guest->svsm_caa = calling_area.value;
	guest->svsm_max_version = SVSM_VERSION;
	guest->svsm_guest_vmpl = (uint8_t)vmpl;
}
