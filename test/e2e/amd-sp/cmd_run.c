/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "commands.h"
#include "kds.h"
#include "mailbox.h"
#include "sp_file.h"
#include "sp_log.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

const char command_run_help[] =
	"  run       serves until SIGTERM or SIGINT; makes the state first where it does not exist.\n"
	"    --state DIR             keys, see init\n"
	"    --ram FILE              QEMU's RAM file, awaited and, when replaced, attached anew; without it only KDS "
	"runs\n"
	"    --output DIR            where kds-url and launch.json go; default: the state directory\n"
	"    --kds-port N            port on 127.0.0.1; default 0, any free one\n"
	"    --kds-throttle N        answer the first N requests to KDS with 429\n"
	"    --throttle N            answer the first N guest requests of each launch with \"busy\"\n"
	"    --revoke-ask            list the ASK in the CRL\n"
	"    --stale-crl             serve a CRL whose nextUpdate has passed\n"
	"    --log FILE              default: standard error\n";

#define MICROSECOND 1000ull
#define MILLISECOND (1000 * MICROSECOND)
#define SECOND (1000 * MILLISECOND)

/* How long after the last command to poll how often, in nanoseconds */
#define SPIN_FOR (30 * MICROSECOND)
#define EAGER_FOR (50 * MILLISECOND)
#define EAGER_SLEEP (20 * MICROSECOND)
#define AWAKE_FOR (2 * SECOND)
#define AWAKE_SLEEP (200 * MICROSECOND)
#define IDLE_SLEEP (1 * MILLISECOND)
#define ATTACH_SLEEP (10 * MILLISECOND)
#define RECHECK_EVERY (200 * MILLISECOND) /* whether the RAM file is still the same */

struct run {
	const char *state, *ram, *output, *log;
	struct kds_options kds;
	unsigned int throttle;
};

static volatile sig_atomic_t stopping;

static void stop(int number)
{
	(void)number;
	stopping = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = stop};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void sleep_for(uint64_t nanoseconds)
{
	struct timespec time = {.tv_sec = (time_t)(nanoseconds / SECOND), .tv_nsec = (long)(nanoseconds % SECOND)};

	nanosleep(&time, NULL);
}

static void wait_after(uint64_t quiet)
{
	if (quiet < SPIN_FOR)
		__builtin_ia32_pause();
	else
		sleep_for(quiet < EAGER_FOR ? EAGER_SLEEP : quiet < AWAKE_FOR ? AWAKE_SLEEP : IDLE_SLEEP);
}

/* Serves one RAM file until it is replaced or the program is to stop. */
static void serve(struct sp_ram *ram, struct sp_core *core, const struct run *run)
{
	uint64_t last = now(), checked = last;

	mailbox_open(ram);
	sp_log("attached to %s, %llu MiB", run->ram, (unsigned long long)(ram->size >> 20));
	while (!stopping) {
		uint64_t time;

		if (mailbox_serve(ram, core, run->output)) {
			last = now();
			continue;
		}
		time = now();
		if (time - checked > RECHECK_EVERY) {
			if (!sp_ram_current(ram, run->ram))
				return;
			checked = time;
		}
		wait_after(time - last);
	}
}

static bool serve_machines(const struct sp_state *state, const struct run *run)
{
	while (!stopping) {
		struct sp_ram ram = {0};
		enum sp_ram_result result = sp_ram_attach(&ram, run->ram);
		struct sp_core *core;

		if (result == SP_RAM_FAILED)
			return false;
		if (result == SP_RAM_NOT_THERE) {
			sleep_for(ATTACH_SLEEP);
			continue;
		}
		core = sp_core_create(state);
		if (core != NULL) {
			sp_core_throttle(core, run->throttle);
			serve(&ram, core, run);
		}
		sp_core_free(core);
		sp_ram_detach(&ram);
		if (core == NULL)
			return sp_error("out of memory");
	}
	return true;
}

static bool publish(const struct run *run, const struct kds *kds)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u\n", kds_port(kds));
	return sp_file_write(run->output, "kds-url", url, strlen(url), 0644);
}

/* What an earlier run left must not be taken for this one's. */
static void unpublish(const struct run *run)
{
	static const char *const names[] = {"kds-url", "launch.json"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = sp_file_path(run->output, names[i]);

		if (path != NULL)
			unlink(path);
		free(path);
	}
}

static bool run_all(const struct run *run)
{
	struct sp_state *state = NULL;
	struct kds *kds = NULL;
	bool done = false;

	if (!sp_state_exists(run->state) && !sp_state_create(run->state, SP_RSA_BITS))
		return false;
	state = sp_state_load(run->state);
	if (state != NULL)
		kds = kds_start(state, &run->kds);
	if (kds != NULL && publish(run, kds)) {
		done = run->ram == NULL || serve_machines(state, run);
		while (run->ram == NULL && !stopping)
			sleep_for(ATTACH_SLEEP);
	}
	kds_stop(kds);
	sp_state_free(state);
	return done;
}

static bool number(const char *text, unsigned long max, unsigned long *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoul(text, &end, 10);
	return *end == '\0' && *out <= max;
}

enum { RAM = 1, STATE, OUTPUT, KDS_PORT, KDS_THROTTLE, THROTTLE, REVOKE_ASK, STALE_CRL, LOG };

static bool take_option(struct run *run, int option)
{
	unsigned long value = 0;

	if ((option == KDS_PORT && !number(optarg, UINT16_MAX, &value)) ||
	    ((option == KDS_THROTTLE || option == THROTTLE) && !number(optarg, UINT_MAX, &value)))
		return sp_error("%s is not a number that fits", optarg);
	switch (option) {
	case RAM:
		run->ram = optarg;
		break;
	case STATE:
		run->state = optarg;
		break;
	case OUTPUT:
		run->output = optarg;
		break;
	case KDS_PORT:
		run->kds.port = (uint16_t)value;
		break;
	case KDS_THROTTLE:
		run->kds.throttle = (unsigned int)value;
		break;
	case THROTTLE:
		run->throttle = (unsigned int)value;
		break;
	case REVOKE_ASK:
		run->kds.crl.revoke_ask = true;
		break;
	case STALE_CRL:
		run->kds.crl.stale = true;
		break;
	case LOG:
		run->log = optarg;
		break;
	default:
		return false; /* getopt has said why */
	}
	return true;
}

static bool parse(int argc, char **argv, struct run *run)
{
	static const struct option options[] = {
		{"ram", required_argument, NULL, RAM},
		{"state", required_argument, NULL, STATE},
		{"output", required_argument, NULL, OUTPUT},
		{"kds-port", required_argument, NULL, KDS_PORT},
		{"kds-throttle", required_argument, NULL, KDS_THROTTLE},
		{"throttle", required_argument, NULL, THROTTLE},
		{"revoke-ask", no_argument, NULL, REVOKE_ASK},
		{"stale-crl", no_argument, NULL, STALE_CRL},
		{"log", required_argument, NULL, LOG},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (!take_option(run, option))
			return false;
	}
	if (run->state == NULL || optind != argc)
		return sp_error("run needs --state DIR and nothing but options");
	if (run->output == NULL)
		run->output = run->state;
	return true;
}

int command_run(int argc, char **argv)
{
	struct run run = {0};
	bool done;

	if (!parse(argc, argv, &run))
		return EXIT_USAGE;
	if (run.log != NULL && !sp_log_open(run.log))
		return EXIT_FAILED;
	catch_signals();
	prctl(PR_SET_TIMERSLACK, MICROSECOND, 0, 0, 0);
	unpublish(&run);
	done = run_all(&run);
	sp_log_close();
	return done ? 0 : EXIT_FAILED;
}
