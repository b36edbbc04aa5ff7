/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Manifests and the keys in them, in words */
#include "show.h"

#include <openssl/evp.h>
#include <string.h>

void show_key(const struct tpm_public *key, const char *title, FILE *out)
{
	struct error error;
	enum tpm_ek_profile profile = tpm_public_ek_profile(key, &error);
	const TPMT_PUBLIC *area = &key->area;

	fprintf(out, "%s\n", title);
	if (area->type == TPM2_ALG_RSA)
		show_line(out, "type", "RSA of %u bits", area->parameters.rsaDetail.keyBits);
	else
		show_line(out, "type", "ECC on %s", tpm_curve_find(area->parameters.eccDetail.curveID)->name);
	show_line(out, "template", "%s",
		  profile != TPM_EK_NONE	  ? tpm_ek_profile_name(profile)
		  : tpm_public_is_ak(key, &error) ? "none; a restricted signing key"
						  : "none");
	show_line(out, "attributes", "%08xh", area->objectAttributes);
	show_hex(out, "name", key->name, key->name_size);
}

static void show_uefi_mm(const uint8_t *bytes, size_t size, FILE *out)
{
	struct svsm_uefi_mm_manifest uefi;
	char names[BIT_NAMES_TEXT_SIZE];

	if (size != sizeof(uefi)) {
		show_line(out, "unreadable", "%zu bytes, a UEFI MM manifest has %zu", size, sizeof(uefi));
		return;
	}
	memcpy(&uefi, bytes, sizeof(uefi));
	show_line(out, "version", "%u", uefi.version);
	show_line(out, "flags", "%08xh (%s)", uefi.flags, bit_names_text(manifest_uefi_mm_flags, uefi.flags, names));
}

/* Each entry of the table. What a service that is not known says stays bytes; their hash tells two apart. */
static void show_service(const struct manifest_service *service, size_t index, const uint8_t *bytes, FILE *out)
{
	static const uint8_t vtpm[16] = SVSM_GUID_VTPM;
	bool is_uefi_mm = manifest_is_uefi_mm(service);
	const char *name = memcmp(service->guid, vtpm, sizeof(vtpm)) == 0 ? "vTPM" : is_uefi_mm ? "UEFI MM" : "unknown";
	char guid[MANIFEST_GUID_TEXT_SIZE];
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t size = 0;

	manifest_guid_text(service->guid, guid);
	fprintf(out, "service %zu, %s\n", index, name);
	show_line(out, "GUID", "%s", guid);
	show_line(out, "bytes", "%zu at %zu", service->size, service->offset);
	if (EVP_Q_digest(NULL, "SHA256", NULL, bytes + service->offset, service->size, digest, &size))
		show_hex(out, "SHA-256", digest, size);
	if (is_uefi_mm)
		show_uefi_mm(bytes + service->offset, service->size, out);
}

bool show_manifest(const struct blob *bytes, enum manifest_form form, FILE *out, struct error *error)
{
	struct manifest manifest;
	bool ok = manifest_parse(&manifest, form, bytes->data, bytes->size, error);

	if (ok) {
		fprintf(out, "%s, %zu bytes\n", manifest_form_words(form), bytes->size);
		for (size_t i = 0; form == MANIFEST_FORM_SERVICES && i < manifest.service_count; i++)
			show_service(&manifest.service[i], i, bytes->data, out);
		for (size_t i = 0; i < manifest.ek_count; i++) {
			char title[48];

			snprintf(title, sizeof(title), "key %zu of the vTPM", i);
			show_key(&manifest.ek[i], title, out);
		}
	}
	manifest_free(&manifest);
	return ok;
}
