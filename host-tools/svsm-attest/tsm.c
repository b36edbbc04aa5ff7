/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tsm.h"

#include "clock.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096u
#define BLOB_MAX 65536u
#define PROVIDER "sev_guest"
#define ATTEMPTS 3
#define LATER_ATTEMPTS 20
#define LATER_SECONDS 3
#define VTPM_GUID "c476f1eb-0123-45a5-9641-b4e7dde5bfe3"

struct entry {
	char path[PATH_SIZE];
	unsigned int writes; /* the kernel counts them as the entry's generation */
};

static bool attribute_path(const struct entry *entry, const char *name, char out[PATH_SIZE], struct error *error)
{
	return snprintf(out, PATH_SIZE, "%s/%s", entry->path, name) < (int)PATH_SIZE ||
	       error_io(error, "%s: name too long", entry->path);
}

static bool has_attribute(const struct entry *entry, const char *name)
{
	char path[PATH_SIZE];
	struct error unused;

	return attribute_path(entry, name, path, &unused) && access(path, F_OK) == 0;
}

static bool read_attribute(const struct entry *entry, const char *name, struct blob *out, struct error *error)
{
	char path[PATH_SIZE];

	*out = (struct blob){NULL, 0};
	return attribute_path(entry, name, path, error) && file_read(path, BLOB_MAX, out, error);
}

/* One write of all bytes, as the kernel wants it */
static bool write_attribute(struct entry *entry, const char *name, const void *data, size_t size, struct error *error)
{
	char path[PATH_SIZE];
	ssize_t count = -1;
	int fd;

	if (!attribute_path(entry, name, path, error))
		return false;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		do
			count = write(fd, data, size);
		while (count < 0 && errno == EINTR);
	}
	if (count != (ssize_t)size)
		error_io(error, "%s: cannot write: %s", path, count < 0 ? strerror(errno) : "cut short");
	if (fd >= 0 && close(fd) != 0 && count == (ssize_t)size)
		return error_io(error, "%s: cannot write: %s", path, strerror(errno));
	entry->writes++;
	return count == (ssize_t)size;
}

static bool write_text(struct entry *entry, const char *name, const char *text, struct error *error)
{
	return write_attribute(entry, name, text, strlen(text), error);
}

static bool open_entry(const char *root, struct entry *out, struct error *error)
{
	uint8_t random[8];
	char *name;
	bool ok;

	out->writes = 0;
	if (RAND_bytes(random, sizeof(random)) != 1)
		return error_resources(error, "name a report entry");
	name = blob_hex(random, sizeof(random));
	ok = name && snprintf(out->path, sizeof(out->path), "%s/svsm-attest-%s", root, name) < (int)sizeof(out->path);
	free(name);
	if (!ok)
		return error_io(error, "%s: name too long", root);
	if (mkdir(out->path, 0700) == 0)
		return true;
	return error_io(error, "%s: cannot make a report entry: %s%s", root, strerror(errno),
			errno == ENOENT			    ? " (is configfs mounted, and the sev-guest driver loaded?)"
			: errno == EPERM || errno == EACCES ? " (only root may)"
							    : "");
}

static bool check_provider(const struct entry *entry, struct error *error)
{
	struct blob provider;
	bool ok;

	if (!read_attribute(entry, "provider", &provider, error))
		return false;
	while (provider.size > 0 && provider.data[provider.size - 1] == '\n')
		provider.size--;
	ok = provider.size == strlen(PROVIDER) && memcmp(provider.data, PROVIDER, provider.size) == 0;
	if (!ok)
		error_refuse(error, "this kernel's reports come from '%.*s', not from " PROVIDER, (int)provider.size,
			     (const char *)provider.data);
	blob_free(&provider);
	return ok;
}

/* The most privileged VMPL whose report the guest's own key can ask for; without this the kernel asks for VMPL 0 */
static bool lowest_level(struct entry *entry, struct error *error)
{
	struct blob floor;
	bool ok;

	if (!has_attribute(entry, "privlevel_floor"))
		return true;
	ok = read_attribute(entry, "privlevel_floor", &floor, error) &&
	     write_attribute(entry, "privlevel", floor.data, floor.size, error);
	blob_free(&floor);
	return ok;
}

static bool configure(struct entry *entry, const struct tsm_request *request, bool svsm, struct error *error)
{
	char version[16];

	if (svsm ? !write_text(entry, "service_provider", "svsm", error) : !lowest_level(entry, error))
		return false;
	if (svsm && !request->services) {
		snprintf(version, sizeof(version), "%u", request->version);
		if (!write_text(entry, "service_guid", VTPM_GUID, error) ||
		    !write_text(entry, "service_manifest_version", version, error))
			return false;
	}
	return write_attribute(entry, "inblob", request->nonce, sizeof(request->nonce), error);
}

static bool read_generation(const struct entry *entry, unsigned long *out, struct error *error)
{
	struct blob text;
	char digits[16] = "";

	if (!read_attribute(entry, "generation", &text, error))
		return false;
	memcpy(digits, text.data, text.size < sizeof(digits) ? text.size : sizeof(digits) - 1);
	blob_free(&text);
	*out = strtoul(digits, NULL, 10);
	return true;
}

/*
 * An SVSM that has to make keys first does not let a kernel wait for them for long: the read fails after some seconds,
 * and a later one finds them made. What fails for good does so at once.
 */
static bool read_report(const struct entry *entry, struct blob *out, struct error *error)
{
	for (int i = 0;; i++) {
		uint64_t start = clock_seconds();

		if (read_attribute(entry, "outblob", out, error))
			return true;
		if (i == LATER_ATTEMPTS || clock_seconds() - start < LATER_SECONDS)
			return false;
	}
}

static bool read_answer(const struct entry *entry, struct tsm_answer *out, struct error *error)
{
	if (!read_report(entry, &out->report, error))
		return false;
	/* What Linux gives when the host refuses its request */
	if (out->report.size == 0)
		return error_io(error, "%s/outblob: the kernel gives no report; its log says why", entry->path);
	return (!has_attribute(entry, "auxblob") || read_attribute(entry, "auxblob", &out->certificates, error)) &&
	       (!out->has_svsm || read_attribute(entry, "manifestblob", &out->manifest, error));
}

/* One attempt. `alone`: nobody else has written to the entry from before the configuration to the last read. */
static bool ask_once(struct entry *entry, const struct tsm_request *request, struct tsm_answer *out, bool *alone,
		     struct error *error)
{
	unsigned long before, after;

	entry->writes = 0;
	if (!read_generation(entry, &before, error) || !configure(entry, request, out->has_svsm, error) ||
	    !read_answer(entry, out, error) || !read_generation(entry, &after, error))
		return false;
	*alone = after - before == entry->writes;
	return true;
}

static bool ask(struct entry *entry, const struct tsm_request *request, struct tsm_answer *out, struct error *error)
{
	bool svsm = !request->no_svsm && has_attribute(entry, "service_provider"), alone = false;

	if (!check_provider(entry, error))
		return false;
	for (int i = 0; i < ATTEMPTS; i++) {
		tsm_answer_free(out);
		out->has_svsm = svsm;
		if (!ask_once(entry, request, out, &alone, error))
			return false;
		if (alone)
			return true;
	}
	return error_io(error, "%s: somebody else keeps writing to this report entry", entry->path);
}

bool tsm_collect(const struct tsm_request *request, struct tsm_answer *out, struct error *error)
{
	struct entry entry;
	bool ok;

	*out = (struct tsm_answer){.has_svsm = false};
	if (!open_entry(request->root, &entry, error))
		return false;
	ok = ask(&entry, request, out, error);
	if (rmdir(entry.path) != 0 && ok)
		ok = error_io(error, "%s: cannot remove: %s", entry.path, strerror(errno));
	return ok;
}

void tsm_answer_free(struct tsm_answer *answer)
{
	blob_free(&answer->report);
	blob_free(&answer->certificates);
	blob_free(&answer->manifest);
	answer->has_svsm = false;
}
