/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

/* The list names this value, and no other. */
static void only(struct policy_digests *list, const void *value, size_t size)
{
	policy_digests_free(list);
	list->digest = calloc(1, sizeof(*list->digest));
	assert_non_null(list->digest);
	memcpy(list->digest[0], value, size);
	list->count = 1;
	list->asked = true;
}

void fixture_list_values(struct scene *scene)
{
	struct policy *p = &scene->policy;
	struct snp_report *r = &scene->report;

	memset(r->id_key_digest, 1, sizeof(r->id_key_digest));
	memset(r->author_key_digest, 2, sizeof(r->author_key_digest));
	memset(r->host_data, 3, sizeof(r->host_data));
	memset(r->family_id, 4, sizeof(r->family_id));
	memset(r->image_id, 5, sizeof(r->image_id));
	r->key_info |= SNP_KEY_INFO_AUTHOR_KEY_EN;
	only(&p->id_keys, r->id_key_digest, sizeof(r->id_key_digest));
	only(&p->author_keys, r->author_key_digest, sizeof(r->author_key_digest));
	only(&p->host_data, r->host_data, sizeof(r->host_data));
	only(&p->family_ids, r->family_id, sizeof(r->family_id));
	only(&p->image_ids, r->image_id, sizeof(r->image_id));
	only(&p->chip_ids, r->chip_id, sizeof(r->chip_id));
	only(&p->measurements, r->measurement, sizeof(r->measurement));
}
