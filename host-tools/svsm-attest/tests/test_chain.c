/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages chain, revocation and signature: certificates that are not AMD's, not this chip's, or not in force. */
#include "fixture_certs.h"

#include <string.h>

#define READ 3
#define CHAIN 11
#define REVOCATION 12
#define SIGNATURE 13
#define TCB 15
#define HOUR 3600L

static void ask_by_stranger(struct scene *scene)
{
	scene->certificates.ask_signer = fixture_keys()->ask;
}

static void vcek_by_stranger(struct scene *scene)
{
	scene->certificates.vcek_signer = fixture_keys()->ark;
}

static void vcek_sha256(struct scene *scene)
{
	scene->certificates.sha256 = true;
}

static void ask_issuer(struct scene *scene)
{
	scene->certificates.ask_issuer = "ARK-Other";
}

static void ask_name(struct scene *scene)
{
	scene->certificates.ask_name = "SEV-Other";
}

static void ask_no_ca(struct scene *scene)
{
	scene->certificates.ask_no_ca = true;
}

static void vcek_early(struct scene *scene)
{
	scene->certificates.vcek_starts = HOUR;
}

static void vcek_late(struct scene *scene)
{
	scene->certificates.vcek_ends = -HOUR;
}

static void ask_late(struct scene *scene)
{
	scene->certificates.ask_ends = -HOUR;
}

static void ark_late(struct scene *scene)
{
	scene->certificates.ark_ends = -HOUR;
}

static void leaf_vlek(struct scene *scene)
{
	scene->certificates.leaf_name = "SEV-VLEK";
}

static void leaf_rsa(struct scene *scene)
{
	scene->certificates.vcek_key = fixture_keys()->ask;
}

static void leaf_p256(struct scene *scene)
{
	scene->certificates.vcek_key = fixture_keys()->ak_ecc;
}

static void other_product(struct scene *scene)
{
	scene->certificates.product = "Genoa-A0";
}

static void unknown_product(struct scene *scene)
{
	scene->certificates.product = "Milanese";
}

static void other_chip(struct scene *scene)
{
	scene->certificates.chip_id[63] ^= 1;
}

static void tcb_higher(struct scene *scene)
{
	scene->certificates.tcb.microcode++;
}

static void tcb_lower(struct scene *scene)
{
	scene->certificates.tcb.bootloader--;
}

static void level_missing(struct scene *scene)
{
	scene->certificates.snp_levels = 0;
}

static void level_twice(struct scene *scene)
{
	scene->certificates.snp_levels = 2;
}

static void chip_masked(struct scene *scene)
{
	memset(scene->report.chip_id, 0, sizeof(scene->report.chip_id));
}

static void key_masked(struct scene *scene)
{
	scene->report.key_info |= SNP_KEY_INFO_MASK_CHIP_KEY;
}

static void key_vlek(struct scene *scene)
{
	scene->report.key_info |= 1u << SNP_KEY_INFO_SIGNING_KEY_SHIFT;
}

/* The leaf is what the report says; who issued it is not. */
static void vlek_by_ask(struct scene *scene)
{
	key_vlek(scene);
	leaf_vlek(scene);
	scene->policy.signing_keys = 1u << SNP_SIGNING_KEY_VLEK;
}

static void vcek_by_asvk(struct scene *scene)
{
	scene->certificates.ask_name = scene->certificates.leaf_issuer = "SEV-VLEK-Test";
}

static void vlek_by_asvk(struct scene *scene)
{
	vlek_by_ask(scene);
	vcek_by_asvk(scene);
}

static void ark_no_path(struct scene *scene)
{
	scene->certificates.ark_no_path = true;
}

static void key_none(struct scene *scene)
{
	scene->report.key_info |= SNP_SIGNING_KEY_NONE << SNP_KEY_INFO_SIGNING_KEY_SHIFT;
}

static void tcb_reserved(struct scene *scene)
{
	scene->report.reported_tcb[3] = 1;
}

static void wrong_hint(struct scene *scene)
{
	scene->verify.product_hint = PRODUCT_GENOA;
}

/* Even the same name and key do not make it the certificate that is pinned. */
static void foreign_root(struct scene *scene)
{
	struct fixture_certificates other = scene->certificates;
	struct fixture_files files;

	other.ark_ends += HOUR;
	fixture_make_certificates(&other, &files);
	blob_free(&scene->root_pem);
	scene->root_pem = files.root;
	files.root = (struct blob){NULL, 0};
	fixture_files_free(&files);
}

static void file_is(struct scene *scene, const char *name, const char *text)
{
	scene_file(scene, name, text, strlen(text));
}

static void chain_empty(struct scene *scene)
{
	file_is(scene, "cert_chain.pem", "");
}

static void chain_html(struct scene *scene)
{
	file_is(scene, "cert_chain.pem", "<html>busy</html>");
}

static void chain_short(struct scene *scene)
{
	scene_file(scene, "cert_chain.pem", scene->root_pem.data, scene->root_pem.size);
}

static void vcek_garbage(struct scene *scene)
{
	file_is(scene, "vcek.der", "\x30\x82\x10\x10 no certificate");
}

static void vcek_gone(struct scene *scene)
{
	char path[128];

	scene_path(scene, "vcek.der", path);
	assert_int_equal(remove(path), 0);
}

static void clock_slow(struct scene *scene)
{
	scene->verify.now = 1000;
}

static void ask_revoked(struct scene *scene)
{
	scene->certificates.revoke_ask = true;
}

static void crl_by_ask(struct scene *scene)
{
	scene->certificates.crl_signer = fixture_keys()->ask;
}

static void crl_issuer(struct scene *scene)
{
	scene->certificates.crl_issuer = "SEV-Test";
}

static void crl_ended(struct scene *scene)
{
	scene->certificates.crl_ends = -HOUR;
}

static void crl_early(struct scene *scene)
{
	scene->certificates.crl_starts = HOUR;
}

static void crl_delta(struct scene *scene)
{
	scene->certificates.crl_critical = true;
}

static void crl_garbage(struct scene *scene)
{
	file_is(scene, "crl.der", "busy");
}

static void crl_gone(struct scene *scene)
{
	char path[128];

	scene_path(scene, "crl.der", path);
	assert_int_equal(remove(path), 0);
}

static void signed_by_stranger(struct scene *scene)
{
	scene->report_signer = fixture_keys()->stranger;
}

/* Edits the signed report inside the bundle */
static void edit_report(struct scene *scene, size_t at)
{
	struct snp_report report = scene->report;

	((uint8_t *)&report)[at] ^= 1;
	json_object_set_new(scene->bundle, "report", fixture_base64(&report, sizeof(report)));
}

static void measurement_edited(struct scene *scene)
{
	edit_report(scene, offsetof(struct snp_report, measurement));
}

/* The last signed byte that is not reserved in this version */
static void last_byte_edited(struct scene *scene)
{
	edit_report(scene, offsetof(struct snp_report, launch_mit_vector) - 1);
}

static void r_edited(struct scene *scene)
{
	edit_report(scene, offsetof(struct snp_report, signature_r));
}

static void zero_signature(struct scene *scene)
{
	struct snp_report report = scene->report;

	memset(report.signature_r, 0, sizeof(report.signature_r));
	memset(report.signature_s, 0, sizeof(report.signature_s));
	json_object_set_new(scene->bundle, "report", fixture_base64(&report, sizeof(report)));
}

static const struct refusal rows[] = {
	{"chain: ASK signed by another", ask_by_stranger, NULL, CHAIN, "the ASK is not signed by the ARK", 0},
	{"chain: VCEK signed by the ARK itself", vcek_by_stranger, NULL, CHAIN, "the VCEK is not signed by the ASK", 0},
	{"chain: VCEK signed with SHA-256", vcek_sha256, NULL, CHAIN, "RSASSA-PSS and SHA-384", 0},
	{"chain: ASK of another issuer", ask_issuer, NULL, CHAIN, "no certificate of the root 'ARK-Other'", 0},
	{"chain: ASK of another name", ask_name, NULL, CHAIN, "no certificate of the leaf's issuer 'SEV-Test'", 0},
	{"chain: ASK that is no authority", ask_no_ca, NULL, CHAIN, "authority", 0},
	{"chain: VCEK not yet valid", vcek_early, NULL, CHAIN, "VCEK is not yet valid at", 0},
	{"chain: VCEK ended", vcek_late, NULL, CHAIN, "VCEK is no longer valid", 0},
	{"chain: ASK ended", ask_late, NULL, CHAIN, "ASK is no longer valid", 0},
	{"chain: ARK ended", ark_late, NULL, CHAIN, "ARK is no longer valid", 0},
	{"chain: clock before all of it", NULL, clock_slow, CHAIN, "check the clock", ALSO(VERIFY_REVOCATION)},
	{"chain: a foreign root", NULL, foreign_root, CHAIN, "is not one of the trust roots named", 0},
	{"chain: leaf is a VLEK", leaf_vlek, NULL, CHAIN, "the leaf certificate is 'SEV-VLEK'", 0},
	{"chain: leaf has an RSA key", leaf_rsa, NULL, CHAIN, "not on P-384", 0},
	{"chain: leaf is on P-256", leaf_p256, NULL, CHAIN, "not on P-384", 0},
	{"chain: VCEK of another product", other_product, NULL, CHAIN, "for product 'Genoa'", 0},
	{"chain: VCEK of an unknown product", unknown_product, NULL, CHAIN, "for product", 0},
	{"chain: VCEK of another chip", other_chip, NULL, CHAIN, "CHIP_ID", 0},
	{"chain: VCEK of a higher TCB", tcb_higher, NULL, CHAIN, "the VCEK is for TCB", 0},
	{"chain: VCEK of a lower TCB", tcb_lower, NULL, CHAIN, "the VCEK is for TCB", 0},
	{"chain: VCEK without a level", level_missing, NULL, CHAIN, "patch level", 0},
	{"chain: VCEK with a level twice", level_twice, NULL, CHAIN, "patch level", 0},
	{"chain: CHIP_ID masked", chip_masked, NULL, CHAIN, "masks CHIP_ID", 0},
	{"chain: report unsigned by MASK_CHIP_KEY", key_masked, NULL, CHAIN, "MASK_CHIP_KEY", 0},
	{"chain: report signed with a VLEK", key_vlek, NULL, CHAIN, "VLEK", 0},
	{"chain: VLEK that the ASK issued", vlek_by_ask, NULL, CHAIN, "is not an ASVK", 0},
	{"chain: VCEK that the ASVK issued", vcek_by_asvk, NULL, CHAIN, "is not an ASK", 0},
	{"chain: ARK that allows no intermediate", ark_no_path, NULL, CHAIN, "path length", 0},
	{"chain: report signed with no key", key_none, NULL, CHAIN, "unsigned", 0},
	{"tcb: REPORTED_TCB with reserved bytes", tcb_reserved, NULL, TCB, "REPORTED_TCB", 0},
	{"chain: another product was asked for", NULL, wrong_hint, CHAIN, "not from Genoa", 0},
	{"chain: cert_chain empty", NULL, chain_empty, CHAIN, "not a list of certificates", 0},
	{"chain: cert_chain is a web page", NULL, chain_html, CHAIN, "not a list of certificates", 0},
	{"chain: cert_chain of one", NULL, chain_short, CHAIN, "no certificate of the leaf's issuer", 0},
	{"chain: VCEK is garbage", NULL, vcek_garbage, CHAIN, "exactly one certificate", 0},
	{"chain: VCEK cannot be read", NULL, vcek_gone, READ, "vcek.der", 0},
	{"revocation: ASK revoked", ask_revoked, NULL, REVOCATION, "ASK or ASVK) is revoked", 0},
	{"revocation: CRL signed by the ASK", crl_by_ask, NULL, REVOCATION, "not signed by the ARK", 0},
	{"revocation: CRL of another issuer", crl_issuer, NULL, REVOCATION, "not issued by this chain's ARK", 0},
	{"revocation: CRL ended", crl_ended, NULL, REVOCATION, "fetch a newer one", 0},
	{"revocation: CRL not yet valid", crl_early, NULL, REVOCATION, "not yet valid", 0},
	{"revocation: a delta CRL", crl_delta, NULL, REVOCATION, "critical extension", 0},
	{"revocation: CRL is garbage", NULL, crl_garbage, REVOCATION, "exactly one CRL", 0},
	{"revocation: CRL cannot be read", NULL, crl_gone, READ, "crl.der", 0},
	{"signature: by another key", signed_by_stranger, NULL, SIGNATURE, "not signed by the VCEK", 0},
	{"signature: measurement edited", NULL, measurement_edited, SIGNATURE, "it was changed", ALSO(VERIFY_POLICY)},
	{"signature: last signed byte edited", NULL, last_byte_edited, SIGNATURE, "it was changed", ALSO(VERIFY_TCB)},
	{"signature: R edited", NULL, r_edited, SIGNATURE, "it was changed", 0},
	{"signature: R and S zero", NULL, zero_signature, SIGNATURE, "not signed", 0},
};

static void wrapped_chip_id(struct scene *scene)
{
	scene->certificates.wrapped_chip_id = true;
}

static void turin(struct scene *scene)
{
	static const uint8_t tcb[8] = {1, 4, 0, 0x18, 0, 0, 0, 0xdb};
	uint8_t *const all[] = {scene->report.current_tcb, scene->report.reported_tcb, scene->report.committed_tcb,
				scene->report.launch_tcb};

	scene->certificates.turin = true;
	scene->certificates.product = "Turin-B0";
	scene->certificates.tcb.fmc = 1;
	scene->report.cpuid_family = 0x1a;
	scene->report.cpuid_model = 2;
	memset(scene->report.chip_id + 8, 0, 56);
	for (size_t i = 0; i < 4; i++)
		memcpy(all[i], tcb, 8);
	scene->policy.products = 1u << PRODUCT_TURIN;
	scene->policy.floors.count = 0;
}

static void turin_fmc(struct scene *scene)
{
	turin(scene);
	scene->certificates.tcb.fmc = 2;
}

/* Nothing in a version 2 report names the CPU; read from files, the VCEK does. */
static void version_2(struct scene *scene)
{
	scene->report.version = 2;
	scene->report.cpuid_family = scene->report.cpuid_model = scene->report.cpuid_stepping = 0;
}

static const struct refusal variants[] = {
	{"chain: chip id inside an OCTET STRING", wrapped_chip_id, NULL, 0, NULL, 0},
	{"chain: Turin's layout", turin, NULL, 0, NULL, 0},
	{"chain: Turin's FMC counts", turin_fmc, NULL, CHAIN, "the VCEK is for TCB", 0},
	{"chain: VLEK that the ASVK issued", vlek_by_asvk, NULL, 0, NULL, 0},
	{"chain: version 2 report", version_2, NULL, 0, NULL, 0},
};

int test_chain_run(void)
{
	return RUN_REFUSALS("chain, revocation, signature", rows) + RUN_REFUSALS("chain variants", variants);
}
