/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "manifest.h"

#include "abi/svsm.h"
#include "vtpm_client.h"

#include <string.h>

static const uint8_t guid_services[16] = SVSM_GUID_SERVICES_MANIFEST;
static const uint8_t guid_vtpm[16] = SVSM_GUID_VTPM;

enum service_status manifest_services(struct manifest *manifest)
{
	const uint32_t data_at = sizeof(struct svsm_services_manifest) + sizeof(struct svsm_services_entry);
	struct svsm_services_manifest head = {.count = 1};
	struct svsm_services_entry entry = {.offset = data_at};
	enum service_status status;

	status = vtpm_client_manifest(MANIFEST_VERSION_SERVICES, manifest->data + data_at, MANIFEST_MAX - data_at,
				      &entry.length);
	if (status != SERVICE_OK)
		return status;
	head.length = manifest->size = data_at + entry.length;
	memcpy(head.guid, guid_services, sizeof(head.guid));
	memcpy(entry.guid, guid_vtpm, sizeof(entry.guid));
	memcpy(manifest->data, &head, sizeof(head));
	memcpy(manifest->data + sizeof(head), &entry, sizeof(entry));
	return SERVICE_OK;
}

enum service_status manifest_single_service(const uint8_t guid[16], uint32_t version, struct manifest *manifest)
{
	if (memcmp(guid, guid_vtpm, sizeof(guid_vtpm)) != 0)
		return SERVICE_UNKNOWN_GUID;
	return vtpm_client_manifest(version, manifest->data, MANIFEST_MAX, &manifest->size);
}

enum service_status manifest_selected(const uint8_t guid[16], uint32_t version, const uint8_t *selector, uint32_t size,
				      struct manifest *manifest, uint32_t *tpm_code)
{
	if (memcmp(guid, guid_vtpm, sizeof(guid_vtpm)) != 0)
		return SERVICE_UNKNOWN_GUID;
	/* A selector names one key, so there is no list. */
	if (version != SVSM_VTPM_MANIFEST_KEY)
		return SERVICE_UNKNOWN_VERSION;
	return vtpm_client_select(selector, size, manifest->data, MANIFEST_MAX, &manifest->size, tpm_code);
}
