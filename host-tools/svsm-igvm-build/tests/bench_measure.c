/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Measuring a 64 MiB image against the floor: OpenSSL's SHA-384 of the same pages in the same process. Reading and
 * checking the file count. Then the program itself, for its memory.   usage: bench_measure PROGRAM
 */
#include "measure.h"
#include "vmsa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define PAGES 16384u
#define ROUNDS 9
#define RATIO_WANTED 1.3
#define MEMORY_WANTED_MIB 16.0

#define HEADERS_SIZE (24u + 24u + 24u + PAGES * 32u + 32u)
#define IMAGE_SIZE (HEADERS_SIZE + (PAGES + 1) * SNP_PAGE_SIZE)

static double now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint8_t *put(uint8_t *at, uint32_t type, const void *payload, uint32_t length)
{
	const struct igvm_variable_header header = {type, length};

	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), payload, length);
	return at + sizeof(header) + ((length + 7u) & ~7u);
}

/* PAGES pages of noise at 16 MiB, then a VMSA. */
static uint8_t *new_image(void)
{
	const struct igvm_supported_platform platform = {
		.compatibility_mask = 1, .platform_type = IGVM_PLATFORM_SEV_SNP, .platform_version = 1};
	const struct igvm_guest_policy policy = {.policy = 0x30000, .compatibility_mask = 1};
	const struct igvm_vp_context context = {.gpa = IGVM_SNP_VMSA_GPA_KVM,
						.compatibility_mask = 1,
						.file_offset = HEADERS_SIZE + PAGES * SNP_PAGE_SIZE};
	struct igvm_fixed_header fixed = {.magic = IGVM_MAGIC,
					  .format_version = IGVM_FORMAT_V1,
					  .variable_header_offset = sizeof(fixed),
					  .variable_header_size = HEADERS_SIZE - sizeof(fixed),
					  .total_file_size = IMAGE_SIZE};
	uint8_t *image = calloc(1, IMAGE_SIZE), *at;
	uint64_t noise = 88172645463325252u;

	if (!image)
		exit(1);
	at = put(image + sizeof(fixed), IGVM_VHT_SUPPORTED_PLATFORM, &platform, sizeof(platform));
	at = put(at, IGVM_VHT_GUEST_POLICY, &policy, sizeof(policy));
	for (uint32_t i = 0; i < PAGES; i++) {
		const struct igvm_page_data page = {.gpa = (16u << 20) + (uint64_t)i * SNP_PAGE_SIZE,
						    .compatibility_mask = 1,
						    .file_offset = HEADERS_SIZE + i * SNP_PAGE_SIZE};

		at = put(at, IGVM_VHT_PAGE_DATA, &page, sizeof(page));
	}
	put(at, IGVM_VHT_VP_CONTEXT, &context, sizeof(context));
	for (size_t i = HEADERS_SIZE; i + 8 <= HEADERS_SIZE + PAGES * SNP_PAGE_SIZE; i += 8) {
		noise ^= noise << 13;
		noise ^= noise >> 7;
		noise ^= noise << 17;
		memcpy(image + i, &noise, sizeof(noise));
	}
	vmsa_initial((struct snp_vmsa *)(image + context.file_offset), 16u << 20, 0, SEV_FEATURE_SNP);
	memcpy(image, &fixed, sizeof(fixed));
	fixed.checksum = (uint32_t)crc32(0, image, HEADERS_SIZE);
	memcpy(image, &fixed, sizeof(fixed));
	return image;
}

/* One core is measured by the processor time it takes: others on the machine do not count. */
static double floor_time(const uint8_t *image)
{
	EVP_MD *sha384 = EVP_MD_fetch(NULL, "SHA384", NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const double start = now(CLOCK_PROCESS_CPUTIME_ID);
	uint8_t digest[EVP_MAX_MD_SIZE];
	double took;

	for (uint32_t i = 0; i < PAGES; i++) {
		if (EVP_DigestInit_ex2(context, sha384, NULL) != 1 ||
		    EVP_DigestUpdate(context, image + HEADERS_SIZE + (size_t)i * SNP_PAGE_SIZE, SNP_PAGE_SIZE) != 1 ||
		    EVP_DigestFinal_ex(context, digest, NULL) != 1)
			exit(1);
	}
	took = now(CLOCK_PROCESS_CPUTIME_ID) - start;
	EVP_MD_CTX_free(context);
	EVP_MD_free(sha384);
	return took;
}

static double measure_time(const uint8_t *image, unsigned threads, clockid_t clock)
{
	const struct measure_options options = {.profile = profile_at(0), .vcpus = 1, .threads = threads};
	struct measurement measurement;
	struct igvm_file file;
	struct error error;
	const double start = now(clock);
	double took;

	if (!igvm_parse("bench", image, IMAGE_SIZE, &file, NULL, &error) ||
	    !measure_igvm(&file, &options, &measurement, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
	took = now(clock) - start;
	measurement_free(&measurement);
	igvm_file_free(&file);
	return took;
}

/* Peak memory of the program on a file of the image, in MiB above the file's size; negative: it failed. */
static double program_memory(const char *program, const uint8_t *image)
{
	char path[] = "/tmp/bench-igvm-XXXXXX";
	const int fd = mkstemp(path);
	struct rusage usage;
	int status = -1;
	pid_t child;

	if (fd < 0 || write(fd, image, IMAGE_SIZE) != (ssize_t)IMAGE_SIZE)
		exit(1);
	close(fd);
	fflush(stdout); /* or the child would print it too */
	child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		execl(program, program, "measure", path, (char *)NULL);
		_exit(1);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		status = -1;
	unlink(path);
	return status == 0 ? ((double)usage.ru_maxrss * 1024 - IMAGE_SIZE) / (1 << 20) : -1;
}

static void better(double *best, double value)
{
	if (*best == 0 || value < *best)
		*best = value;
}

int main(int argc, char **argv)
{
	double bare = 0, one = 0, one_wall = 0, all_wall = 0, memory;
	uint8_t *image = new_image();

	/* Rounds are interleaved, so that a busy machine slows all of them. */
	for (int i = 0; i < ROUNDS; i++) {
		better(&bare, floor_time(image));
		better(&one, measure_time(image, 1, CLOCK_PROCESS_CPUTIME_ID));
		better(&one_wall, measure_time(image, 1, CLOCK_MONOTONIC));
		better(&all_wall, measure_time(image, 0, CLOCK_MONOTONIC));
	}
	printf("svsm-igvm-build measure, 64 MiB image, best of %d\n", ROUNDS);
	printf("  processor time: floor, SHA-384 of its pages %6.1f ms\n", bare * 1e3);
	printf("                  one thread                  %6.1f ms   %.2f times the floor (wanted: at most %.1f)\n",
	       one * 1e3, one / bare, RATIO_WANTED);
	printf("  elapsed:        one thread                  %6.1f ms\n", one_wall * 1e3);
	printf("                  all processors              %6.1f ms   %.2f times as fast\n", all_wall * 1e3,
	       one_wall / all_wall);
	if (argc > 1) {
		memory = program_memory(argv[1], image);
		printf("  memory of the program above the file's size: %.1f MiB (wanted: at most %.0f)\n", memory,
		       MEMORY_WANTED_MIB);
	}
	free(image);
	return 0;
}
