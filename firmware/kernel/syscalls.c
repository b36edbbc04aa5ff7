/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "syscalls.h"

#include "clock.h"
#include "elf_image.h"
#include "freestanding_string.h"
#include "random.h"
#include "service_files.h"
#include "services.h"
#include "user_memory.h"

#include <asm/unistd_64.h>
#include <errno.h>
#include <linux/futex.h>

#define HEAP_LIMIT (24ull * 1024 * 1024)
#define MMAP_START 0x0000100000000000ull
#define MMAP_SIZE (24ull * 1024 * 1024)
static_assert(MMAP_START + MMAP_SIZE + SERVICE_STACK_GUARD <= SERVICE_STACK_TOP - SERVICE_STACK_SIZE,
	      "a deep stack runs into nothing");
#define PROT_WRITE_ 2u
#define PROT_EXEC_ 4u
#define MAP_PRIVATE_ 0x02u
#define MAP_FIXED_ 0x10u
#define MAP_ANONYMOUS_ 0x20u
#define ARCH_SET_FS_ 0x1002u
#define RANDOM_CHUNK 256u
#define IOV_LIMIT 16u
#define UTS_FIELD 65u

typedef int64_t (*system_call)(struct service *service, const uint64_t *args);

static int64_t sys_read(struct service *service, const uint64_t *args)
{
	return service_files_read(service, args[0], (struct uva){args[1]}, args[2]);
}

static int64_t sys_write(struct service *service, const uint64_t *args)
{
	return service_files_write(service, args[0], (struct uva){args[1]}, args[2]);
}

static int64_t sys_writev(struct service *service, const uint64_t *args)
{
	int64_t total = 0;

	/* Only log lines are written so: a message has to be one write. */
	if (args[0] != 1 && args[0] != 2)
		return -EBADF;
	if (args[2] > IOV_LIMIT)
		return -EINVAL;
	for (uint64_t i = 0; i < args[2]; i++) {
		uint64_t vector[2];
		int64_t written;

		if (!user_memory_read(vector, (struct uva){args[1] + i * sizeof(vector)}, sizeof(vector)))
			return -EFAULT;
		written = service_files_write(service, args[0], (struct uva){vector[0]}, vector[1]);
		if (written < 0)
			return written;
		total += written;
	}
	return total;
}

static int64_t sys_poll(struct service *service, const uint64_t *args)
{
	return service_files_poll(service, (struct uva){args[0]}, args[1], args[2]);
}

static int64_t sys_brk(struct service *service, const uint64_t *args)
{
	uint64_t old_end, new_end;

	if (args[0] < service->brk_start || args[0] - service->brk_start > HEAP_LIMIT ||
	    !addr_align_up(service->brk, PAGE_SIZE, &old_end) || !addr_align_up(args[0], PAGE_SIZE, &new_end))
		return (int64_t)service->brk;
	if (new_end > old_end && !address_space_map_new(&service->space, old_end, new_end - old_end, PAGING_WRITE))
		return (int64_t)service->brk;
	if (new_end < old_end)
		address_space_unmap(&service->space, new_end, old_end - new_end);
	service->brk = args[0];
	return (int64_t)service->brk;
}

static int64_t sys_mmap(struct service *service, const uint64_t *args)
{
	uint64_t size, va;

	if ((args[3] & (MAP_PRIVATE_ | MAP_ANONYMOUS_)) != (MAP_PRIVATE_ | MAP_ANONYMOUS_) ||
	    (args[3] & MAP_FIXED_) != 0)
		return -ENODEV;
	if ((args[2] & PROT_EXEC_) != 0)
		return -EACCES;
	if (args[1] == 0 || args[1] > MMAP_SIZE || !addr_align_up(args[1], PAGE_SIZE, &size))
		return args[1] == 0 ? -EINVAL : -ENOMEM;
	va = address_space_find(&service->space, MMAP_START, MMAP_START + MMAP_SIZE, size);
	if (va == 0 || !address_space_map_new(&service->space, va, size,
					      (args[2] & PROT_WRITE_) != 0 ? PAGING_WRITE : PAGING_READ))
		return -ENOMEM;
	return (int64_t)va;
}

/* A range of the mmap area, page multiples. */
static bool in_mmap_area(uint64_t va, uint64_t *size)
{
	return addr_is_aligned(va, PAGE_SIZE) && addr_align_up(*size, PAGE_SIZE, size) &&
	       gpa_range_contains((struct gpa_range){MMAP_START, MMAP_START + MMAP_SIZE}, va, *size);
}

static int64_t sys_munmap(struct service *service, const uint64_t *args)
{
	uint64_t size = args[1];

	if (!in_mmap_area(args[0], &size))
		return -EINVAL;
	address_space_unmap(&service->space, args[0], size);
	return 0;
}

static int64_t sys_mprotect(struct service *service, const uint64_t *args)
{
	uint64_t size = args[1];

	if (!addr_is_aligned(args[0], PAGE_SIZE) || !addr_align_up(size, PAGE_SIZE, &size) || size > HEAP_LIMIT ||
	    args[0] > ADDRESS_SPACE_END - size)
		return -EINVAL;
	if ((args[2] & PROT_EXEC_) != 0)
		return -EACCES;
	address_space_protect(&service->space, args[0], size,
			      (args[2] & PROT_WRITE_) != 0 ? PAGING_WRITE : PAGING_READ);
	return 0;
}

static int64_t sys_exit(struct service *service, const uint64_t *args)
{
	(void)args;
	services_end(service, "exit");
	return 0;
}

static int64_t sys_kill(struct service *service, const uint64_t *args)
{
	(void)args;
	services_end(service, "abort");
	return 0;
}

static int64_t sys_arch_prctl(struct service *service, const uint64_t *args)
{
	if (args[0] != ARCH_SET_FS_)
		return -EINVAL;
	if (args[1] >= ADDRESS_SPACE_END)
		return -EPERM;
	service->context.fs_base = args[1];
	user_context_load_fs(&service->context);
	return 0;
}

static int64_t sys_getrandom(struct service *service, const uint64_t *args)
{
	uint64_t size = args[1] > RANDOM_CHUNK ? RANDOM_CHUNK : args[1];
	uint8_t bytes[RANDOM_CHUNK];
	int64_t result = (int64_t)size;

	(void)service;
	if (!random_fill(bytes, size))
		result = -EIO;
	else if (!user_memory_write((struct uva){args[0]}, bytes, size))
		result = -EFAULT;
	string_cleanse(bytes, sizeof(bytes));
	return result;
}

static int64_t sys_clock_gettime(struct service *service, const uint64_t *args)
{
	uint64_t now = clock_nanoseconds();
	uint64_t timespec[2] = {now / 1000000000, now % 1000000000};

	(void)service;
	return user_memory_write((struct uva){args[1]}, timespec, sizeof(timespec)) ? 0 : -EFAULT;
}

static int64_t sys_gettimeofday(struct service *service, const uint64_t *args)
{
	uint64_t now = clock_nanoseconds();
	uint64_t timeval[2] = {now / 1000000000, now % 1000000000 / 1000};

	(void)service;
	if (args[0] == 0)
		return 0;
	return user_memory_write((struct uva){args[0]}, timeval, sizeof(timeval)) ? 0 : -EFAULT;
}

static int64_t sys_time(struct service *service, const uint64_t *args)
{
	uint64_t seconds = clock_nanoseconds() / 1000000000;

	(void)service;
	if (args[0] != 0 && !user_memory_write((struct uva){args[0]}, &seconds, sizeof(seconds)))
		return -EFAULT;
	return (int64_t)seconds;
}

static int64_t sys_uname(struct service *service, const uint64_t *args)
{
	/* sysname, nodename, release, version, machine, domainname; glibc asks for a kernel it knows */
	char name[6][UTS_FIELD] = {"SVSM", "svsm", "6.1.0", "", "x86_64", ""};

	(void)service;
	return user_memory_write((struct uva){args[0]}, name, sizeof(name)) ? 0 : -EFAULT;
}

static int64_t sys_fstat(struct service *service, const uint64_t *args)
{
	return service_files_stat(service, args[0], (struct uva){args[1]});
}

static int64_t sys_newfstatat(struct service *service, const uint64_t *args)
{
	/* fstat() of newer C libraries: an empty path with AT_EMPTY_PATH */
	return args[0] <= SERVICE_FD_KEY_TEMPLATES ? service_files_stat(service, args[0], (struct uva){args[2]})
						   : -ENOENT;
}

static int64_t sys_zero(struct service *service, const uint64_t *args)
{
	(void)service;
	(void)args;
	return 0;
}

static int64_t sys_one(struct service *service, const uint64_t *args)
{
	(void)service;
	(void)args;
	return 1;
}

static int64_t sys_no_entry(struct service *service, const uint64_t *args)
{
	(void)service;
	(void)args;
	return -ENOENT;
}

static int64_t sys_no_terminal(struct service *service, const uint64_t *args)
{
	(void)service;
	(void)args;
	return -ENOTTY;
}

/* Every descriptor is a stream. */
static int64_t sys_lseek(struct service *service, const uint64_t *args)
{
	(void)service;
	(void)args;
	return -ESPIPE;
}

/* There is one thread: a wake finds nobody waiting, and a value waited for can only have changed already. */
static int64_t sys_futex(struct service *service, const uint64_t *args)
{
	(void)service;
	return ((uint32_t)args[1] & (uint32_t)FUTEX_CMD_MASK) == FUTEX_WAKE ? 0 : -EAGAIN;
}

/* One thread, no signals: their administration succeeds and means nothing. */
static const struct {
	uint16_t number;
	system_call call;
} table[] = {
	{__NR_read, sys_read},
	{__NR_write, sys_write},
	{__NR_writev, sys_writev},
	{__NR_poll, sys_poll},
	{__NR_lseek, sys_lseek},
	{__NR_brk, sys_brk},
	{__NR_mmap, sys_mmap},
	{__NR_munmap, sys_munmap},
	{__NR_mprotect, sys_mprotect},
	{__NR_madvise, sys_zero},
	{__NR_exit, sys_exit},
	{__NR_exit_group, sys_exit},
	{__NR_kill, sys_kill},
	{__NR_tgkill, sys_kill},
	{__NR_arch_prctl, sys_arch_prctl},
	{__NR_set_tid_address, sys_one},
	{__NR_set_robust_list, sys_zero},
	{__NR_prlimit64, sys_no_entry},
	{__NR_readlink, sys_no_entry},
	{__NR_readlinkat, sys_no_entry},
	{__NR_open, sys_no_entry},
	{__NR_openat, sys_no_entry},
	{__NR_getrandom, sys_getrandom},
	{__NR_clock_gettime, sys_clock_gettime},
	{__NR_gettimeofday, sys_gettimeofday},
	{__NR_time, sys_time},
	{__NR_futex, sys_futex},
	{__NR_rt_sigaction, sys_zero},
	{__NR_rt_sigprocmask, sys_zero},
	{__NR_fstat, sys_fstat},
	{__NR_newfstatat, sys_newfstatat},
	{__NR_ioctl, sys_no_terminal},
	{__NR_getpid, sys_one},
	{__NR_gettid, sys_one},
	{__NR_getuid, sys_zero},
	{__NR_geteuid, sys_zero},
	{__NR_getgid, sys_zero},
	{__NR_getegid, sys_zero},
	{__NR_uname, sys_uname},
	{__NR_sched_yield, sys_zero},
};

void syscalls_handle(struct service *service)
{
	struct trap_frame *regs = &service->context.regs;
	const uint64_t args[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
	int64_t result = -ENOSYS;

	service->system_calls++;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].number == regs->rax) {
			result = table[i].call(service, args);
			break;
		}
	}
	if (service->wait != WAIT_NOTHING)
		return;
	regs->rax = (uint64_t)result;
	regs->rip += SYSCALL_LENGTH;
}
