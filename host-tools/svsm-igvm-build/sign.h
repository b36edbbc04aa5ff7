/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Makes an ID block for an image or a measurement, signs it or takes signatures, and writes the results. */
#ifndef IGVM_BUILD_SIGN_H
#define IGVM_BUILD_SIGN_H

#include "error.h"
#include "measure.h"

struct sign_request {
	const char *path; /* IGVM file; not with has_measurement */
	bool has_measurement;
	uint8_t measurement[SNP_DIGEST_SIZE];
	struct measure_options measure;
	uint8_t family_id[16], image_id[16];
	uint32_t svn;
	bool has_policy;
	uint64_t policy;
	const char *provider, *passphrase_file;
	const char *id_key, *author_key;	     /* author_key NULL: none */
	const char *id_signature, *author_signature; /* files, NULL: sign with the key */
	const char *to_be_signed;		     /* prefix of files to write instead of signing */
	bool replace;
	const char *output, *block_out, *auth_out; /* NULL: not wanted */
	const char *reference;			   /* reference values to write, or to complete when they are there */
	const char *statement;			   /* in-toto statement; NULL: not wanted */
	bool base64;
};

/* All outputs appear, or none that is not complete. What was signed is verified before it is written. */
bool sign(const struct sign_request *request, struct error *error) MUST_CHECK;

#endif
