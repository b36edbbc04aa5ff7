/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "profile.h"

#include "abi/igvm.h"

#include <string.h>

#define KVM_FEATURES (SEV_FEATURE_SNP | SEV_FEATURE_DEBUG_SWAP | SEV_FEATURE_SECURE_TSC)

#define KVM_FORCED                                                                                                     \
	"KVM sets EFER.SVME, CR4.MCE, CR0.ET, clears CR0.CD and CR0.NW; DR7 must be 0 or 0x400; it keeps 12 bits of "  \
	"segment attributes, 16 of table limits, and CPL is the DPL of SS"

static const uint32_t qemu_headers[] = {
	IGVM_VHT_SUPPORTED_PLATFORM,
	IGVM_VHT_GUEST_POLICY,
	IGVM_VHT_PARAMETER_AREA,
	IGVM_VHT_PAGE_DATA,
	IGVM_VHT_PARAMETER_INSERT,
	IGVM_VHT_VP_CONTEXT,
	IGVM_VHT_REQUIRED_MEMORY,
	IGVM_VHT_VP_COUNT,
	IGVM_VHT_MADT,
	IGVM_VHT_SNP_ID_BLOCK,
	IGVM_VHT_MEMORY_MAP,
	IGVM_VHT_ENVIRONMENT_INFO,
	0,
};

static const struct profile_quirk qemu_quirks[] = {
	{"header", "any header it does not know ends the launch, whatever its compatibility mask",
	 "QEMU backends/igvm.c, handlers[]"},
	{"insert-order",
	 "page data is collected while addresses continue and measured at the next page data that does not; a "
	 "parameter "
	 "insert is measured at once, so before the run in front of it",
	 "QEMU backends/igvm.c, qigvm_directive_page_data"},
	{"shared-flag", "the shared flag is ignored: the page is private and measured",
	 "QEMU backends/igvm.c, qigvm_process_mem_page"},
	{"area-data", "initial data of a parameter area is not loaded", "QEMU backends/igvm.c"},
	{"memory-map-offset", "the memory map is written at offset 0 of its area",
	 "QEMU backends/igvm.c, qigvm_directive_memory_map"},
	{"zero-pages", "pages without data are measured as NORMAL pages of zeros", "QEMU target/i386/sev.c"},
	{"vmsa-gpa", "KVM measures every VMSA at 0xfffffffff000, at LAUNCH_FINISH, for every vCPU",
	 "Linux arch/x86/kvm/svm/sev.c, snp_launch_update_vmsa; QEMU target/i386/sev.c"},
	{"vmsa-fields", "only some registers are taken from the VMSA; others must be 0",
	 "QEMU target/i386/sev.c, check_vmsa_supported"},
	{"vmsa-forced", KVM_FORCED, "Linux arch/x86/kvm/svm/svm.c"},
	{"tr-base", "TR.base is loaded from LDTR.base", "QEMU target/i386/sev.c"},
	{"sev-features", "features beside SNP depend on the host: KVM knows DEBUG_SWAP and SECURE_TSC only",
	 "Linux arch/x86/kvm/svm/sev.c, sev_supported_vmsa_features"},
	{"policy", "SNP_LAUNCH_START runs before the policy is read from the file: give sev-snp-guest the same policy=",
	 "QEMU 10.2 target/i386/sev.c"},
	{"sources",
	 "other tools predict other digests: igvmmeasure counts one page of a parameter area of several, Microsoft's "
	 "igvm "
	 "0.5 leaves out pages with the shared flag; QEMU gives all of them to the AMD-SP",
	 "QEMU backends/igvm.c; coconut-svsm igvmmeasure; igvm 0.5 measurement"},
	{"id-block", "ID block version is taken as 1; the author key counts as enabled when its first byte is not 0",
	 "QEMU target/i386/sev.c"},
	{NULL, NULL, NULL},
};

static const uint32_t cloud_hypervisor_headers[] = {
	IGVM_VHT_SUPPORTED_PLATFORM, IGVM_VHT_GUEST_POLICY, IGVM_VHT_PARAMETER_AREA,  IGVM_VHT_PAGE_DATA,
	IGVM_VHT_PARAMETER_INSERT,   IGVM_VHT_VP_CONTEXT,   IGVM_VHT_REQUIRED_MEMORY, IGVM_VHT_VP_COUNT,
	IGVM_VHT_SNP_ID_BLOCK,	     IGVM_VHT_MEMORY_MAP,   IGVM_VHT_COMMAND_LINE,    0,
};

static const struct profile_quirk cloud_hypervisor_quirks[] = {
	{"header", "MADT, device tree, environment info and MMIO ranges end in a panic",
	 "cloud-hypervisor vmm/src/igvm/igvm_loader.rs"},
	{"platform", "the first header is taken as the SEV-SNP platform",
	 "cloud-hypervisor vmm/src/igvm/igvm_loader.rs"},
	{"zero-pages", "pages without data are measured as type ZERO", "cloud-hypervisor hypervisor/src/kvm"},
	{"sources",
	 "page order, pages without data and parameter areas differ between revisions: file order, ZERO and all pages "
	 "of "
	 "an area in ae44c297; sorted by address, NORMAL and the first page of an area in others. 'measure' gives both "
	 "digests where they differ",
	 "cloud-hypervisor vmm/src/igvm/igvm_loader.rs, load_igvm"},
	{"page-size", "page data must be 4 KiB", "cloud-hypervisor vmm/src/igvm/igvm_loader.rs"},
	{"page-type", "CPUID_XF pages end in a panic", "cloud-hypervisor vmm/src/igvm/igvm_loader.rs"},
	{"shared-flag", "the shared flag is ignored: the page is private and measured",
	 "cloud-hypervisor vmm/src/igvm/igvm_loader.rs"},
	{"vmsa-gpa", "KVM measures every VMSA at 0xfffffffff000",
	 "Linux arch/x86/kvm/svm/sev.c, snp_launch_update_vmsa"},
	{"vmsa-forced", KVM_FORCED, "Linux arch/x86/kvm/svm/svm.c"},
	{"sev-features",
	 "KVM_SEV_INIT2 asks for no feature, so the VMSAs have SNP only; later revisions pass on what vCPU 0's VMSA "
	 "has",
	 "cloud-hypervisor hypervisor/src/kvm/x86_64/sev.rs, init2"},
	{"id-block", "the ID block is not given to KVM: the report's key digests and ids are zero",
	 "cloud-hypervisor hypervisor/src/kvm/x86_64/sev.rs, launch_finish"},
	{"vp-absent",
	 "contexts become the registers of their vCPUs; a vCPU without one is measured too, in the state KVM made "
	 "it in and the VMM has changed since, which is not documented",
	 "cloud-hypervisor vmm/src/igvm/igvm_loader.rs, SnpVpContext; Linux arch/x86/kvm/svm/sev.c, "
	 "snp_launch_update_vmsa"},
	{NULL, NULL, NULL},
};

static const struct profile_quirk openvmm_quirks[] = {
	{"header", "relocations are not supported for SEV-SNP on KVM", "openvmm 1488a37b"},
	{"vp-index", "exactly one context, for vCPU 0", "openvmm 1488a37b"},
	{"vtl", "highest VTL and shared GPA boundary must be 0", "openvmm 1488a37b"},
	{"sev-features", "no virtual TOM; features beside SNP must be ones the host's KVM knows", "openvmm 1488a37b"},
	{"entry-state", "vCPU 0 must start in long mode: CR0.PE and PG, CR3, CR4.PAE, EFER.LME, LMA and NXE, CS.L, RIP",
	 "openvmm vmm_core/virt_kvm/src/snp.rs, validate_snp_bsp_register_state"},
	{"vmsa-fields", "registers that it cannot pass on to KVM must be 0",
	 "openvmm vmm_core/virt_kvm/src/snp.rs, validate_snp_igvm_vmsa_state"},
	{"vp-absent",
	 "the other vCPUs are measured too, in the state KVM made them in and the VMM has changed since, which is not "
	 "documented",
	 "openvmm vmm_core/virt_kvm/src/snp.rs, prepare_snp_vmsa_register_state; Linux arch/x86/kvm/svm/sev.c, "
	 "snp_launch_update_vmsa"},
	{"vmsa-gpa", "KVM measures every VMSA at 0xfffffffff000",
	 "Linux arch/x86/kvm/svm/sev.c, snp_launch_update_vmsa"},
	{"vmsa-forced", KVM_FORCED, "Linux arch/x86/kvm/svm/svm.c"},
	{NULL, NULL, NULL},
};

/* Everything but relocations and VBS. */
static const uint32_t openvmm_headers[] = {
	IGVM_VHT_SUPPORTED_PLATFORM,
	IGVM_VHT_GUEST_POLICY,
	IGVM_VHT_PARAMETER_AREA,
	IGVM_VHT_PAGE_DATA,
	IGVM_VHT_PARAMETER_INSERT,
	IGVM_VHT_VP_CONTEXT,
	IGVM_VHT_REQUIRED_MEMORY,
	IGVM_VHT_VP_COUNT,
	IGVM_VHT_SRAT,
	IGVM_VHT_MADT,
	IGVM_VHT_MMIO_RANGES,
	IGVM_VHT_SNP_ID_BLOCK,
	IGVM_VHT_MEMORY_MAP,
	IGVM_VHT_COMMAND_LINE,
	IGVM_VHT_SLIT,
	IGVM_VHT_PPTT,
	IGVM_VHT_DEVICE_TREE,
	IGVM_VHT_ERROR_RANGE,
	IGVM_VHT_ENVIRONMENT_INFO,
	0,
};

static const uint32_t snp_sim_headers[] = {
	IGVM_VHT_SUPPORTED_PLATFORM, IGVM_VHT_GUEST_POLICY, IGVM_VHT_PARAMETER_AREA,   IGVM_VHT_PAGE_DATA,
	IGVM_VHT_PARAMETER_INSERT,   IGVM_VHT_VP_CONTEXT,   IGVM_VHT_REQUIRED_MEMORY,  IGVM_VHT_VP_COUNT,
	IGVM_VHT_SNP_ID_BLOCK,	     IGVM_VHT_MEMORY_MAP,   IGVM_VHT_ENVIRONMENT_INFO, 0,
};

#define SNP_SIM_SOURCE "test/e2e/snp-sim/igvm_load.c"
static const struct profile_quirk snp_sim_quirks[] = {
	{"header", "a header it does not know is refused, whatever its compatibility mask", SNP_SIM_SOURCE},
	{"version", "version 1 of the fixed header only", SNP_SIM_SOURCE},
	{"zero-pages", "pages without data are measured as NORMAL pages of zeros", SNP_SIM_SOURCE},
	{"shared-flag", "the shared flag is ignored: the page is private and measured", SNP_SIM_SOURCE},
	{"area-data", "initial data of a parameter area is not loaded", SNP_SIM_SOURCE},
	{"area", "16 parameter areas of at most 64 KiB", SNP_SIM_SOURCE},
	{"memory-map-offset", "the memory map is written at offset 0 of its area", SNP_SIM_SOURCE},
	{"page-type", "CPUID_XF pages are refused", SNP_SIM_SOURCE},
	{"page-size", "page data must be 4 KiB", SNP_SIM_SOURCE},
	{"vp-index", "exactly one context, for vCPU 0", SNP_SIM_SOURCE},
	{"vmsa-gpa", "the VMSA is measured at 0xfffffffff000, after all pages", SNP_SIM_SOURCE},
	{"sev-features", "no feature beside SNP is simulated", SNP_SIM_SOURCE},
	{"vmsa-forced", "VMRUN needs EFER.SVME and VMPL 0", "test/e2e/snp-sim/vcpu.c, vcpu_load_vmsa"},
	{NULL, NULL, NULL},
};

#define CLOUD_HYPERVISOR_KVM                                                                                           \
	.name = "cloud-hypervisor-kvm", .summary = "Cloud Hypervisor on KVM", .headers = cloud_hypervisor_headers,     \
	.first_platform_only = true, .vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM, .vmsa = PROFILE_VMSA_WIDE,                     \
	.vmsa_kvm_bits = true, .id_block_ignored = true, .features = SEV_FEATURE_SNP,                                  \
	.features_plain = SEV_FEATURE_SNP, .vp_limit = UINT32_MAX, .absent_vp = PROFILE_ABSENT_UNKNOWN,                \
	.shared_measured = true, .quirks = cloud_hypervisor_quirks, .note = "id-block"

/* load_igvm of upstream revisions that sort what they give to the AMD-SP, on KVM as on MSHV. */
static const struct profile cloud_hypervisor_sorted = {
	CLOUD_HYPERVISOR_KVM,	    .source = "cloud-hypervisor, revisions with KVM_SNP_PAGE_TYPE_* in igvm_loader.rs",
	.no_data = SNP_PAGE_NORMAL, .by_address = true,
	.area_one_page = true,
};

static const struct profile profiles[] = {
	{
		.name = "qemu-kvm",
		.summary = "QEMU with its IGVM loader on KVM, both unmodified",
		.source = "QEMU 10.2.2 and 11.0 backends/igvm.c; Linux 7.2",
		.headers = qemu_headers,
		.refuses_masked = true,
		.vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM,
		.vmsa = PROFILE_VMSA_QEMU,
		.vmsa_kvm_bits = true,
		.tr_base_from_ldtr = true,
		.features = KVM_FEATURES,
		.features_plain = SEV_FEATURE_SNP,
		.vp_limit = UINT32_MAX,
		.absent_vp = PROFILE_ABSENT_QEMU_RESET,
		.no_data = SNP_PAGE_NORMAL,
		.insert_overtakes = true,
		.shared_measured = true,
		.area_data_ignored = true,
		.map_at_zero = true,
		.large_pages = true,
		.cpuid_xf = true,
		.version_2 = true,
		.quirks = qemu_quirks,
	},
	{
		.name = "openvmm-kvm",
		.summary = "OpenVMM on KVM",
		.source = "openvmm 1488a37b",
		.headers = openvmm_headers,
		.vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM,
		.vmsa = PROFILE_VMSA_OPENVMM,
		.vmsa_kvm_bits = true,
		.long_mode_entry = true,
		.features = KVM_FEATURES,
		.features_plain = SEV_FEATURE_SNP,
		.vp_limit = 1,
		.absent_vp = PROFILE_ABSENT_UNKNOWN,
		.no_data = SNP_PAGE_NORMAL,
		.large_pages = true,
		.cpuid_xf = true,
		.version_2 = true,
		.vtl_zero = true,
		.quirks = openvmm_quirks,
		.note = "entry-state",
	},
	{
		CLOUD_HYPERVISOR_KVM,
		.source = "cloud-hypervisor ae44c297",
		.no_data = SNP_PAGE_ZERO,
		.disagreement =
			"ae44c297 measures in file order and pages without data as ZERO; other revisions sort by "
			"address, measure these as NORMAL and of a parameter area one page",
		.other = &cloud_hypervisor_sorted,
	},
	{
		.name = "snp-sim",
		.summary = "the simulated SNP machine of this project",
		.source = SNP_SIM_SOURCE,
		.headers = snp_sim_headers,
		.refuses_masked = true,
		.vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM,
		.vmsa = PROFILE_VMSA_ALL,
		.features = SEV_FEATURE_SNP,
		.features_plain = SEV_FEATURE_SNP,
		.vp_limit = 1,
		.absent_vp = PROFILE_ABSENT_NOT_MEASURED,
		.no_data = SNP_PAGE_NORMAL,
		.shared_measured = true,
		.area_data_ignored = true,
		.map_at_zero = true,
		.area_limit = 16,
		.area_bytes_limit = 16 * SNP_PAGE_SIZE,
		.quirks = snp_sim_quirks,
	},
};
#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	}
	return NULL;
}

const struct profile *profile_at(size_t index)
{
	return index < PROFILE_COUNT ? &profiles[index] : NULL;
}

bool profile_accepts(const struct profile *profile, uint32_t header_type)
{
	for (const uint32_t *type = profile->headers; *type; type++) {
		if (*type == header_type)
			return true;
	}
	return false;
}

const struct profile_quirk *profile_quirk(const struct profile *profile, const char *rule)
{
	for (const struct profile_quirk *quirk = profile->quirks; quirk->rule; quirk++) {
		if (strcmp(quirk->rule, rule) == 0)
			return quirk;
	}
	return NULL;
}
