/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Compares a key with the template it should come from, and says in words where it differs. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RSA_DEFAULT_EXPONENT 65537u
#define VALUE_MAX 160u

struct difference {
	char *text;
	size_t size;
};

static bool differs(const struct difference *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool differs(const struct difference *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(out->text, out->size, format, arguments);
	va_end(arguments);
	return false;
}

static const char *type_name(TPMI_ALG_PUBLIC type)
{
	return type == TPM2_ALG_RSA ? "rsa" : type == TPM2_ALG_ECC ? "ecc" : "neither rsa nor ecc";
}

static const char *named(const struct key_name *table, uint32_t value, char out[VALUE_MAX])
{
	const char *name = value == TPM2_ALG_NULL ? "null" : key_names_of(table, value);

	if (name)
		return name;
	(void)snprintf(out, VALUE_MAX, "unknown (%04xh)", value);
	return out;
}

static const char *policy_text(const TPMT_PUBLIC *area, char out[VALUE_MAX])
{
	TPM2B_DIGEST digest;
	size_t used = 0;

	for (const struct key_name *at = key_names_policy; at->name; at++) {
		if (area->authPolicy.size != 0 &&
		    key_policy_digest((enum key_policy)at->value, area->nameAlg, &digest) &&
		    digest.size == area->authPolicy.size &&
		    memcmp(digest.buffer, area->authPolicy.buffer, digest.size) == 0)
			return at->name;
	}
	(void)snprintf(out, VALUE_MAX, "empty");
	for (size_t i = 0; i < area->authPolicy.size && used + 2 < VALUE_MAX; i++)
		used += (size_t)snprintf(out + used, VALUE_MAX - used, "%02x", area->authPolicy.buffer[i]);
	return out;
}

/* Names of the attributes in `bits` */
static const char *attribute_text(TPMA_OBJECT bits, char out[VALUE_MAX])
{
	size_t used = 0;

	out[0] = 0;
	for (const struct key_name *at = key_names_attribute; at->name && used < VALUE_MAX; at++) {
		if (bits & at->value)
			used += (size_t)snprintf(out + used, VALUE_MAX - used, "%s%s", used ? ", " : "", at->name);
		bits &= ~at->value;
	}
	if (bits && used < VALUE_MAX)
		(void)snprintf(out + used, VALUE_MAX - used, "%sreserved bits %08xh", used ? ", " : "", bits);
	return out;
}

static bool same_attributes(TPMA_OBJECT want, TPMA_OBJECT has, const struct difference *out)
{
	char lacking[VALUE_MAX], extra[VALUE_MAX];

	if (want == has)
		return true;
	if ((want & ~has) && (has & ~want))
		return differs(out, "attributes lack %s and have %s on top", attribute_text(want & ~has, lacking),
			       attribute_text(has & ~want, extra));
	if (want & ~has)
		return differs(out, "attributes lack %s", attribute_text(want & ~has, lacking));
	return differs(out, "attributes have %s on top", attribute_text(has & ~want, extra));
}

static const char *symmetric_text(const TPMT_SYM_DEF_OBJECT *value, char out[VALUE_MAX])
{
	char name[VALUE_MAX], mode[VALUE_MAX];

	if (value->algorithm == TPM2_ALG_NULL)
		return "null";
	(void)snprintf(out, VALUE_MAX, "%.40s %u %.40s", named(key_names_symmetric, value->algorithm, name),
		       value->keyBits.sym, named(key_names_mode, value->mode.sym, mode));
	return out;
}

static bool same_symmetric(const TPMT_SYM_DEF_OBJECT *want, const TPMT_SYM_DEF_OBJECT *has,
			   const struct difference *out)
{
	char wanted[VALUE_MAX], found[VALUE_MAX];

	if (want->algorithm == has->algorithm &&
	    (want->algorithm == TPM2_ALG_NULL ||
	     (want->keyBits.sym == has->keyBits.sym && want->mode.sym == has->mode.sym)))
		return true;
	return differs(out, "symmetric is %s, must be %s", symmetric_text(has, found), symmetric_text(want, wanted));
}

static bool same_scheme(TPMI_ALG_ASYM_SCHEME want, TPMI_ALG_HASH want_hash, TPMI_ALG_ASYM_SCHEME has,
			TPMI_ALG_HASH has_hash, const struct difference *out)
{
	char wanted[VALUE_MAX], found[VALUE_MAX];

	if (want != has)
		return differs(out, "scheme is %s, must be %s", named(key_names_scheme, has, found),
			       named(key_names_scheme, want, wanted));
	if (want != TPM2_ALG_NULL && want_hash != has_hash)
		return differs(out, "the scheme's hash is %s, must be %s", named(key_names_hash, has_hash, found),
			       named(key_names_hash, want_hash, wanted));
	return true;
}

static uint32_t exponent(const TPMS_RSA_PARMS *rsa)
{
	return rsa->exponent ? rsa->exponent : RSA_DEFAULT_EXPONENT;
}

static bool same_rsa(const TPMS_RSA_PARMS *want, const TPMS_RSA_PARMS *has, const struct difference *out)
{
	if (want->keyBits != has->keyBits)
		return differs(out, "the key has %u bits, must have %u", has->keyBits, want->keyBits);
	if (exponent(want) != exponent(has))
		return differs(out, "exponent is %u, must be %u", exponent(has), exponent(want));
	return same_symmetric(&want->symmetric, &has->symmetric, out) &&
	       same_scheme(want->scheme.scheme, want->scheme.details.anySig.hashAlg, has->scheme.scheme,
			   has->scheme.details.anySig.hashAlg, out);
}

static bool same_ecc(const TPMS_ECC_PARMS *want, const TPMS_ECC_PARMS *has, const struct difference *out)
{
	char wanted[VALUE_MAX], found[VALUE_MAX];

	if (want->curveID != has->curveID)
		return differs(out, "curve is %s, must be %s", named(key_names_curve, has->curveID, found),
			       named(key_names_curve, want->curveID, wanted));
	if (want->kdf.scheme != has->kdf.scheme)
		return differs(out, "key derivation is %04xh, must be null", has->kdf.scheme);
	return same_symmetric(&want->symmetric, &has->symmetric, out) &&
	       same_scheme(want->scheme.scheme, want->scheme.details.anySig.hashAlg, has->scheme.scheme,
			   has->scheme.details.anySig.hashAlg, out);
}

bool key_template_matches(const struct key_template *template, const TPMT_PUBLIC *key, char *text, size_t text_size)
{
	const struct difference out = {text, text_size};
	const TPMT_PUBLIC *want = &template->area;
	char wanted[VALUE_MAX], found[VALUE_MAX];

	if (want->type != key->type)
		return differs(&out, "type is %s, must be %s", type_name(key->type), type_name(want->type));
	if (want->nameAlg != key->nameAlg)
		return differs(&out, "name algorithm is %s, must be %s", named(key_names_hash, key->nameAlg, found),
			       named(key_names_hash, want->nameAlg, wanted));
	if (!same_attributes(want->objectAttributes, key->objectAttributes, &out))
		return false;
	if (want->authPolicy.size != key->authPolicy.size ||
	    memcmp(want->authPolicy.buffer, key->authPolicy.buffer, want->authPolicy.size) != 0)
		return differs(&out, "policy is %s, must be %s", policy_text(key, found), policy_text(want, wanted));
	return want->type == TPM2_ALG_RSA ? same_rsa(&want->parameters.rsaDetail, &key->parameters.rsaDetail, &out)
					  : same_ecc(&want->parameters.eccDetail, &key->parameters.eccDetail, &out);
}
